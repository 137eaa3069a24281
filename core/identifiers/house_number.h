// House numbers as people write them: "12", "12-A", "12 bis A", "25 bus 3".
#ifndef GARDEROBE_CORE_IDENTIFIERS_HOUSE_NUMBER_H_
#define GARDEROBE_CORE_IDENTIFIERS_HOUSE_NUMBER_H_

#include <string>
#include <string_view>

namespace garderobe {

struct HouseNumber {
  int number = 0;           // 1 to 99998
  std::string letter;       // A to Z, one, or empty
  std::string addition;     // Dutch: HS, BIS, 2, ...; upper case, alphanumeric
  std::string box;          // Belgian: what follows `bus`, `/` or `bte`
  std::string_view reason;  // UPPER_SNAKE_CASE, empty when fine
  bool ok() const { return reason.empty(); }
};

// `dutch`: letters and numbers behind the number are an addition; otherwise
// what follows a slash or a word such as `bus` is a box, and "25-27" is 25.
// Digits of any script and width are read; `12²`, `12②` and `12Ⅱ` are 12 with
// the addition 2, and `12½` is malformed. So is what a spreadsheet makes of a
// house number: `2026-03-12` and `12-mrt` of 12-3, `1,20E+02` of 120.
// Reasons: HOUSE_NUMBER_MALFORMED, HOUSE_NUMBER_DUMMY (0 and 99999).
HouseNumber ReadHouseNumber(std::string_view number, std::string_view addition,
                            bool dutch);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_HOUSE_NUMBER_H_
