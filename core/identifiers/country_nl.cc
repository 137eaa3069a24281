// The Netherlands: 1234AB.
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/identifiers/country.h"
#include "core/identifiers/text.h"

namespace garderobe {
namespace {

std::optional<std::string> DutchPostcode(std::string_view raw) {
  const auto folded = FoldCompatible(CleanText(raw));
  // A numeral would be folded into a digit that is not in the text.
  if (!folded || HasNumeral(raw)) return std::nullopt;
  std::string_view text = *folded;
  if (text.starts_with("nl")) text.remove_prefix(2);
  std::string postcode;
  size_t at = 0;
  for (; at < text.size() && postcode.size() < 6; ++at) {
    const char c = text[at];
    if (c == ' ' || c == '\t' || c == '-' || c == '.') continue;
    const bool digit_expected = postcode.size() < 4;
    if (digit_expected ? !IsDigit(c) : !IsLowerLetter(c)) return std::nullopt;
    postcode.push_back(digit_expected ? c : static_cast<char>(c - 32));
  }
  // What follows is a place, if anything.
  if (postcode.size() != 6 || postcode[0] == '0' ||
      (at < text.size() && text[at] != ' ' && text[at] != ',')) {
    return std::nullopt;
  }
  // Never issued: SA, SD and SS.
  if (postcode[4] == 'S' &&
      (postcode[5] == 'A' || postcode[5] == 'D' || postcode[5] == 'S')) {
    return std::nullopt;
  }
  return postcode;
}

}  // namespace

const Country& Netherlands() {
  static const Country country = {"NL", DutchPostcode,
                                  /*dutch_house_numbers=*/true,
                                  /*needs_street=*/false};
  return country;
}

}  // namespace garderobe
