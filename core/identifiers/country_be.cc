// Belgium: 9000, with a street.
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/identifiers/country.h"
#include "core/identifiers/text.h"

namespace garderobe {
namespace {

std::optional<std::string> BelgianPostcode(std::string_view raw) {
  const auto folded = FoldCompatible(CleanText(raw));
  // A numeral would be folded into a digit that is not in the text.
  if (!folded || HasNumeral(raw)) return std::nullopt;
  std::string_view text = *folded;
  for (std::string_view prefix : {"be", "b"}) {
    if (text.starts_with(prefix)) {
      text.remove_prefix(prefix.size());
      break;
    }
  }
  while (!text.empty() && (text[0] == ' ' || text[0] == '-')) {
    text.remove_prefix(1);
  }
  size_t digits = 0;
  while (digits < text.size() && IsDigit(text[digits])) ++digits;
  // What follows is a place; two letters would be a Dutch postcode.
  const std::string_view rest = TrimBlanks(text.substr(digits));
  if (digits != 4 || text[0] == '0' || (!rest.empty() && rest.size() < 3) ||
      (!rest.empty() && text[4] != ' ' && text[4] != ',')) {
    return std::nullopt;
  }
  return std::string(text.substr(0, 4));
}

}  // namespace

const Country& Belgium() {
  static const Country country = {"BE", BelgianPostcode,
                                  /*dutch_house_numbers=*/false,
                                  /*needs_street=*/true};
  return country;
}

}  // namespace garderobe
