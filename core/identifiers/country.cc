#include "core/identifiers/country.h"

#include <algorithm>
#include <array>

#include "core/identifiers/text.h"

namespace garderobe {

std::span<const Country* const> AllCountries() {
  static const std::array<const Country*, 2> countries = {&Netherlands(),
                                                          &Belgium()};
  return countries;
}

const Country* FindCountry(std::string_view name) {
  std::string letters;
  for (char c : FoldToAscii(name)) {
    if (c >= 'a' && c <= 'z') letters.push_back(c);
  }
  if (letters.empty())
    return TrimBlanks(name).empty() ? &Netherlands() : nullptr;
  for (const Country* country : AllCountries()) {
    if (std::find(country->names.begin(), country->names.end(), letters) !=
        country->names.end()) {
      return country;
    }
  }
  return nullptr;
}

}  // namespace garderobe
