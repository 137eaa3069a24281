#include "core/identifiers/pass.h"

#include <algorithm>
#include <optional>
#include <string>

#include "core/identifiers/text.h"

namespace garderobe {
namespace {

// The check of ISO/IEC 7812-1, annex B.
bool Luhn(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (auto c = digits.rbegin(); c != digits.rend(); ++c, twice = !twice) {
    int digit = *c - '0';
    if (twice && (digit *= 2) > 9) digit -= 9;
    sum += digit;
  }
  return sum % 10 == 0;
}

// What is known of a scheme's numbers; others are taken as they are.
struct Scheme {
  std::string_view name;
  size_t digits;
  bool (*check)(std::string_view);
};
constexpr Scheme kSchemes[] = {{"uitpas", 13, Luhn}};

}  // namespace

Normalised NormalisePass(std::string_view raw) {
  const auto malformed = [] { return Normalised::Refused("PASS_MALFORMED"); };
  const auto folded = FoldCompatible(CleanText(raw));
  // A numeral would be folded into a digit that is not in the text.
  if (!folded || HasNumeral(raw)) return malformed();
  const size_t colon = folded->find(':');
  if (colon == folded->npos) return malformed();
  std::string_view scheme =
      TrimBlanks(std::string_view(*folded).substr(0, colon));
  if (scheme.size() < 2 || scheme.size() > 32 ||
      !std::all_of(scheme.begin(), scheme.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '-' || c == '_';
      })) {
    return malformed();
  }
  std::string number;
  for (char c : std::string_view(*folded).substr(colon + 1)) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (IsDigit(c) || (c >= 'A' && c <= 'Z')) {
      number.push_back(c);
    } else if (c != ' ' && c != '-' && c != '.') {
      return malformed();
    }
  }
  if (number.size() < 4 || number.size() > 32) return malformed();
  if (number.find_first_not_of(number[0]) == number.npos) {
    return Normalised::Refused("PASS_PLACEHOLDER");
  }
  for (const Scheme& known : kSchemes) {
    if (scheme != known.name) continue;
    if (number.size() != known.digits ||
        !std::all_of(number.begin(), number.end(), IsDigit)) {
      return malformed();
    }
    if (!known.check(number)) return Normalised::Refused("PASS_CHECK_DIGIT");
  }
  return {Kind::kPass, std::string(scheme) + ":" + number, {}};
}

}  // namespace garderobe
