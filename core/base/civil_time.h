// Local dates and times without a zone, as box offices write them.
#ifndef GARDEROBE_CORE_BASE_CIVIL_TIME_H_
#define GARDEROBE_CORE_BASE_CIVIL_TIME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace garderobe {

struct CivilDate {
  int year = 0;   // 1 to 9999
  int month = 0;  // 1 to 12
  int day = 0;    // 1 to 31
  friend bool operator==(const CivilDate&, const CivilDate&) = default;
  friend auto operator<=>(const CivilDate&, const CivilDate&) = default;
};

// Days since 2000-01-01; earlier is negative.
int32_t DayNumber(const CivilDate& date);
CivilDate FromDayNumber(int32_t day);
std::string ToIso(const CivilDate& date);  // 2025-03-14

// 1 is the first quarter of 2000; 0 for what is outside of this century.
uint16_t QuarterOf(const CivilDate& date);
// The same day of an earlier month, or that month's last.
CivilDate MonthsBefore(const CivilDate& date, int months);

// Minutes since 2000-01-01 00:00, local. Accepts 2025-03-14,
// 2025-03-14T20:15[:00[.000]][Z|+01:00], a blank for the T, and the Dutch and
// Belgian 14-03-2025 and 14/03/2025 with an optional time. An offset is read
// and dropped: the time of day where the event is, is what counts.
std::optional<int32_t> ParseLocalMinutes(std::string_view text);
// As above, the date alone; nothing may follow it.
std::optional<CivilDate> ParseDate(std::string_view text);

// Today where this machine is.
CivilDate Today();

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_CIVIL_TIME_H_
