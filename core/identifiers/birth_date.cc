#include "core/identifiers/birth_date.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "core/identifiers/text.h"

namespace garderobe {
namespace {

// What forms and clerks fill in when they do not know. 1 January of any year
// is one as well.
constexpr CivilDate kDatePlaceholders[] = {
    {1911, 11, 11}, {1999, 9, 9}, {1988, 8, 8}, {1977, 7, 7}, {1966, 6, 6},
};

}  // namespace

std::string BirthDate::Compact() const {
  std::string iso = ToIso(date);
  std::erase(iso, '-');
  return iso;
}

BirthDate ReadBirthDate(std::string_view raw, const CivilDate& today) {
  const auto date = ParseDate(CleanText(raw));
  if (!date) return {{}, "BIRTH_DATE_UNREADABLE"};
  if (date->year < 1900) return {*date, "BIRTH_DATE_BEFORE_1900"};
  if (*date > today) return {*date, "BIRTH_DATE_IN_FUTURE"};
  if ((date->month == 1 && date->day == 1) ||
      std::find(std::begin(kDatePlaceholders), std::end(kDatePlaceholders),
                *date) != std::end(kDatePlaceholders)) {
    return {*date, "BIRTH_DATE_PLACEHOLDER"};
  }
  return {*date, {}};
}

}  // namespace garderobe
