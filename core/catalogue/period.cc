#include "core/catalogue/period.h"

#include "core/base/integer.h"
#include "fmt/format.h"

namespace garderobe {

absl::StatusOr<Period> Period::Parse(std::string_view text) {
  const auto wrong = [] {
    return InvalidArgument(
        "not a period; write a year (2025), a quarter (2025Q3) or a month "
        "(2025-07)");
  };
  auto number = [&](size_t from, size_t count) {
    int value = 0;
    for (char c : text.substr(from, count)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  if (text.size() < 4) return wrong();
  const int year = number(0, 4);
  if (year < 2000 || year > 2199) return wrong();
  Period period;
  period.text_ = text;
  int first_month = 1, months = 12;
  if (text.size() == 4) {
    period.level_ = Level::kYear;
  } else if (text.size() == 6 && text[4] == 'Q' && text[5] >= '1' &&
             text[5] <= '4') {
    period.level_ = Level::kQuarter;
    first_month = (text[5] - '1') * 3 + 1;
    months = 3;
  } else if (text.size() == 7 && text[4] == '-' && number(5, 2) >= 1 &&
             number(5, 2) <= 12) {
    period.level_ = Level::kMonth;
    first_month = number(5, 2);
    months = 1;
  } else {
    return wrong();
  }
  const int after = first_month + months;
  period.first_day_ = DayNumber({year, first_month, 1});
  period.end_day_ = DayNumber(
      {after > 12 ? year + 1 : year, after > 12 ? after - 12 : after, 1});
  return period;
}

absl::StatusOr<Period> Period::ParseOwn(std::string_view text) {
  if (text.size() == 7 && text[4] == '-') {
    const auto year = ParseInteger<int>(text.substr(0, 4));
    const auto second = ParseInteger<int>(text.substr(5));
    if (year && second && *year >= 2000 && *year < 2199 && *second > 12 &&
        *second == (*year + 1) % 100) {
      return Containing(Level::kSeason, DayNumber({*year, 9, 1}));
    }
  }
  auto period = Parse(text);
  if (period.ok()) return period;
  return InvalidArgument(
      "not a period; write a year (2025), a quarter (2025Q3), a month "
      "(2025-07) or a season (2025-26)");
}

Period Period::Containing(Level level, int32_t day) {
  const CivilDate date = FromDayNumber(day);
  int year = date.year, first_month = 1, months = 12;
  Period period;
  period.level_ = level;
  switch (level) {
    case Level::kYear:
      period.text_ = fmt::format("{}", year);
      break;
    case Level::kQuarter:
      first_month = (date.month - 1) / 3 * 3 + 1;
      months = 3;
      period.text_ = fmt::format("{}Q{}", year, (date.month - 1) / 3 + 1);
      break;
    case Level::kMonth:
      first_month = date.month;
      months = 1;
      period.text_ = fmt::format("{}-{:02}", year, date.month);
      break;
    case Level::kSeason:
      if (date.month < 9) --year;
      first_month = 9;
      period.text_ = fmt::format("{}-{:02}", year, (year + 1) % 100);
      break;
  }
  const int after = first_month + months;
  period.first_day_ = DayNumber({year, first_month, 1});
  period.end_day_ = DayNumber(
      {after > 12 ? year + 1 : year, after > 12 ? after - 12 : after, 1});
  return period;
}

}  // namespace garderobe
