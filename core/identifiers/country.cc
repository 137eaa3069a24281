#include "core/identifiers/country.h"

#include <array>
#include <string>

#include "core/identifiers/normalisation.h"
#include "core/identifiers/text.h"

namespace garderobe {
namespace {

// Letters and digits of one part of a name; 0031 is 31.
std::string KeyOfCountry(std::string_view folded) {
  std::string key;
  for (char c : folded) {
    if (IsLowerLetter(c) || IsDigit(c)) key.push_back(c);
  }
  if (key.starts_with("00")) key.erase(0, 2);
  return key;
}

std::string_view CodeOfKey(const std::string& key) {
  const auto& countries = NormalisationRules().countries;
  const auto found = countries.find(key);
  return found == countries.end() ? std::string_view() : found->second;
}

}  // namespace

std::span<const Country* const> AllCountries() {
  static const std::array<const Country*, 2> countries = {&Netherlands(),
                                                          &Belgium()};
  return countries;
}

std::string_view CountryCode(std::string_view name) {
  const std::string folded = FoldToAscii(name);
  const std::string whole = KeyOfCountry(folded);
  if (whole.empty()) return CleanText(name).empty() ? "NL" : "";
  if (const auto code = CodeOfKey(whole); !code.empty()) return code;
  std::string_view found;
  for (size_t at = 0; at <= folded.size();) {
    const size_t end =
        std::min(folded.find_first_of("-()/,:;", at), folded.size());
    const auto code =
        CodeOfKey(KeyOfCountry(std::string_view(folded).substr(at, end - at)));
    if (!code.empty()) {
      if (!found.empty() && found != code) return {};
      found = code;
    }
    at = end + 1;
  }
  return found;
}

const Country* FindCountry(std::string_view name) {
  const std::string_view code = CountryCode(name);
  for (const Country* country : AllCountries()) {
    if (country->code == code) return country;
  }
  return nullptr;
}

const Country* CountryOf(std::string_view name, std::string_view postcode) {
  if (CountryCode(name).empty() && Netherlands().postcode(postcode)) {
    return &Netherlands();
  }
  return FindCountry(name);
}

}  // namespace garderobe
