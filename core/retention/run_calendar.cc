#include "core/retention/run_calendar.h"

#include <cstdint>
#include <cstdlib>

namespace garderobe {
namespace {

int64_t DaysBetween(int32_t a, int32_t b) {
  return std::llabs(int64_t{a} - int64_t{b});
}

}  // namespace

std::string DayText(int32_t day) {
  constexpr int32_t kYear1900 = -36524, kYear2200 = 73049;
  if (day < kYear1900 || day >= kYear2200) {
    return fmt::format("day {} since 2000-01-01", day);
  }
  return ToIso(FromDayNumber(day));
}

absl::StatusOr<std::unique_ptr<RunCalendar>> RunCalendar::Create(
    std::optional<int32_t> last_run, Clock clock, Keep keep) {
  std::unique_ptr<RunCalendar> calendar(
      new RunCalendar(std::move(clock), std::move(keep)));
  const MutexLock lock(&calendar->mutex_);
  if (last_run) {
    calendar->last_run_ = *last_run;
  } else {
    GARDEROBE_RETURN_IF_ERROR(calendar->KeepDay(DayNumber(calendar->clock_())));
  }
  return calendar;
}

absl::StatusOr<CivilDate> RunCalendar::CheckLocked(
    std::optional<int32_t> callers_day) const {
  const CivilDate today = clock_();
  const int32_t day = DayNumber(today);
  if (callers_day && DaysBetween(*callers_day, day) > kClockDifferenceDaysMax) {
    return FailedPrecondition(
        "today: the caller says that it is {}, the clock here says {}; one of "
        "the two is wrong, and nothing is removed",
        DayText(*callers_day), DayText(day));
  }
  if (day < last_run_) {
    return FailedPrecondition(
        "the clock here says {}, but retention has run on {} already; nothing "
        "is removed. When the clock is right, two custodians confirm the day",
        DayText(day), DayText(last_run_));
  }
  if (DaysBetween(day, last_run_) > kPauseDaysMax) {
    return FailedPrecondition(
        "the clock here says {}, and retention last ran on {}, more than {} "
        "days before; nothing is removed. When the clock is right, two "
        "custodians confirm the day",
        DayText(day), DayText(last_run_), kPauseDaysMax);
  }
  return today;
}

absl::StatusOr<CivilDate> RunCalendar::Check(
    std::optional<int32_t> callers_day) {
  const MutexLock lock(&mutex_);
  return CheckLocked(callers_day);
}

absl::StatusOr<CivilDate> RunCalendar::Begin(
    std::optional<int32_t> callers_day) {
  const MutexLock lock(&mutex_);
  GARDEROBE_ASSIGN_OR_RETURN(const CivilDate today, CheckLocked(callers_day));
  const int32_t day = DayNumber(today);
  if (day != last_run_) GARDEROBE_RETURN_IF_ERROR(KeepDay(day));
  return today;
}

absl::Status RunCalendar::CheckOwn(int32_t day) const {
  const int32_t own = DayNumber(clock_());
  if (DaysBetween(day, own) > kClockDifferenceDaysMax) {
    return FailedPrecondition(
        "day: {} is to be confirmed, and the clock here says {}; set the clock "
        "first",
        DayText(day), DayText(own));
  }
  return absl::OkStatus();
}

absl::Status RunCalendar::Confirm(int32_t day) {
  GARDEROBE_RETURN_IF_ERROR(CheckOwn(day));
  const MutexLock lock(&mutex_);
  return KeepDay(DayNumber(clock_()));
}

absl::Status RunCalendar::KeepDay(int32_t day) {
  GARDEROBE_RETURN_IF_ERROR(keep_(day));
  last_run_ = day;
  return absl::OkStatus();
}

}  // namespace garderobe
