#include "core/base/civil_time.h"

#include <algorithm>
#include <ctime>

#include "spdlog/fmt/fmt.h"

namespace garderobe {
namespace {

// Days since 1970-01-01 in the proleptic Gregorian calendar.
int32_t EpochDays(int year, int month, int day) {
  year -= month <= 2;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year =
      (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

constexpr int32_t kDays2000 = 10957;  // EpochDays(2000, 1, 1)

int DaysInMonth(int year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return kDays[month - 1] + (month == 2 && leap);
}

// Takes `digits` digits off the front; -1 when they are not there.
int TakeNumber(std::string_view* text, size_t digits) {
  if (text->size() < digits) return -1;
  int value = 0;
  for (size_t i = 0; i < digits; ++i) {
    const char c = (*text)[i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  text->remove_prefix(digits);
  return value;
}

bool TakeOneOf(std::string_view* text, std::string_view characters) {
  if (text->empty() || characters.find(text->front()) == characters.npos) {
    return false;
  }
  text->remove_prefix(1);
  return true;
}

std::optional<CivilDate> TakeDate(std::string_view* text) {
  std::string_view rest = *text;
  CivilDate date;
  if (rest.find('-') == 4) {  // 2025-03-14; not 2-11-1975
    date.year = TakeNumber(&rest, 4);
    if (!TakeOneOf(&rest, "-")) return std::nullopt;
    date.month = TakeNumber(&rest, 2);
    if (!TakeOneOf(&rest, "-")) return std::nullopt;
    date.day = TakeNumber(&rest, 2);
  } else {  // 14-03-2025 or 14/3/2025
    auto one_or_two = [&rest] {
      const bool two = rest.size() > 1 && rest[1] >= '0' && rest[1] <= '9';
      return TakeNumber(&rest, two ? 2 : 1);
    };
    date.day = one_or_two();
    if (!TakeOneOf(&rest, "-/.")) return std::nullopt;
    date.month = one_or_two();
    if (!TakeOneOf(&rest, "-/.")) return std::nullopt;
    date.year = TakeNumber(&rest, 4);
  }
  if (date.year < 1 || date.month < 1 || date.month > 12 || date.day < 1 ||
      date.day > DaysInMonth(date.year, date.month)) {
    return std::nullopt;
  }
  *text = rest;
  return date;
}

// What may follow the minutes: seconds, fractions, an offset.
bool TakeTail(std::string_view rest) {
  if (TakeOneOf(&rest, ":")) {
    const int second = TakeNumber(&rest, 2);
    if (second < 0 || second > 60) return false;
    if (TakeOneOf(&rest, ".,")) {
      while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
        rest.remove_prefix(1);
      }
    }
  }
  if (TakeOneOf(&rest, "Zz")) return rest.empty();
  if (TakeOneOf(&rest, "+-")) {
    if (TakeNumber(&rest, 2) < 0) return false;
    TakeOneOf(&rest, ":");
    if (!rest.empty() && TakeNumber(&rest, 2) < 0) return false;
  }
  return rest.empty();
}

}  // namespace

int32_t DayNumber(const CivilDate& date) {
  return EpochDays(date.year, date.month, date.day) - kDays2000;
}

CivilDate FromDayNumber(int32_t day) {
  const int32_t z = day + kDays2000 + 719468;
  const int32_t era = (z >= 0 ? z : z - 146096) / 146097;
  const int32_t doe = z - era * 146097;
  const int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int32_t mp = (5 * doy + 2) / 153;
  CivilDate date;
  date.day = doy - (153 * mp + 2) / 5 + 1;
  date.month = mp + (mp < 10 ? 3 : -9);
  date.year = yoe + era * 400 + (date.month <= 2);
  return date;
}

uint16_t QuarterOf(const CivilDate& date) {
  if (date.year < 2000 || date.year > 2099) return 0;
  return static_cast<uint16_t>((date.year - 2000) * 4 + (date.month - 1) / 3 +
                               1);
}

CivilDate MonthsBefore(const CivilDate& date, int months) {
  const int all = date.year * 12 + date.month - 1 - months;
  CivilDate before{all / 12, all % 12 + 1, date.day};
  before.day = std::min(before.day, DaysInMonth(before.year, before.month));
  return before;
}

std::string ToIso(const CivilDate& date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::optional<int32_t> ParseLocalMinutes(std::string_view text) {
  const auto date = TakeDate(&text);
  // 1900 to 2199 keeps minutes within 32 bits, and is what events lie in.
  if (!date || date->year < 1900 || date->year > 2199) return std::nullopt;
  const int32_t midnight = DayNumber(*date) * 1440;
  if (text.empty()) return midnight;
  if (!TakeOneOf(&text, "T ")) return std::nullopt;
  const int hour = TakeNumber(&text, 2);
  if (!TakeOneOf(&text, ":")) return std::nullopt;
  const int minute = TakeNumber(&text, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  if (!TakeTail(text)) return std::nullopt;
  return midnight + hour * 60 + minute;
}

std::optional<CivilDate> ParseDate(std::string_view text) {
  const auto date = TakeDate(&text);
  if (!date || !text.empty()) return std::nullopt;
  return date;
}

CivilDate Today() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return {local.tm_year + 1900, local.tm_mon + 1, local.tm_mday};
}

}  // namespace garderobe
