// Periods: a year, a quarter or a month; and a season, September to August, for
// an institution's own figures only.
#ifndef GARDEROBE_CORE_CATALOGUE_PERIOD_H_
#define GARDEROBE_CORE_CATALOGUE_PERIOD_H_

#include <string>
#include <string_view>

#include "core/base/civil_time.h"
#include "core/base/status.h"

namespace garderobe {

class Period {
 public:
  enum class Level { kYear, kQuarter, kMonth, kSeason };

  // "2025", "2025Q3" or "2025-07", years 2000 to 2199.
  // InvalidArgument: anything else.
  [[nodiscard]] static absl::StatusOr<Period> Parse(std::string_view text);
  // The same, and "2025-26". Seasons before 2012-13 would be written as months
  // are, and can't be asked for.
  [[nodiscard]] static absl::StatusOr<Period> ParseOwn(std::string_view text);
  // The period of that level that the day lies in, from 2000 to 2199. `day`
  // since 2000-01-01.
  static Period Containing(Level level, int32_t day);

  Level level() const { return level_; }
  const std::string& text() const { return text_; }
  // The calendar year that it is or lies in.
  int year() const { return FromDayNumber(first_day_).year; }
  // Days since 2000-01-01; `first_day` inclusive, `end_day` exclusive.
  int32_t first_day() const { return first_day_; }
  int32_t end_day() const { return end_day_; }

 private:
  Period() = default;
  Level level_ = Level::kYear;
  std::string text_;
  int32_t first_day_ = 0;
  int32_t end_day_ = 0;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CATALOGUE_PERIOD_H_
