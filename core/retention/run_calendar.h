// Whether the day on which a run of retention is asked for can be believed.
//
// A clock that is wrong must remove nothing. Each party that takes part in a
// run therefore compares three days: its own clock's, the caller's, and that of
// the last run, which it keeps on its disk. Days are counted from 2000-01-01.
#ifndef GARDEROBE_CORE_RETENTION_RUN_CALENDAR_H_
#define GARDEROBE_CORE_RETENTION_RUN_CALENDAR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/civil_time.h"
#include "core/base/mutex.h"
#include "core/base/status.h"

namespace garderobe {

// Thread-safe.
class RunCalendar {
 public:
  // The caller may live in another time zone, and ask at midnight.
  static constexpr int32_t kClockDifferenceDaysMax = 1;
  // Retention runs every day. A longer pause is a long outage or a wrong clock,
  // and only people can tell which: two custodians confirm the day.
  static constexpr int32_t kPauseDaysMax = 40;

  using Clock = std::function<CivilDate()>;
  // Keeps the day of the last run; it is on the disk on return.
  using Keep = std::function<absl::Status(int32_t day)>;

  // `last_run` is what was kept before. Without it today is kept in its stead,
  // so that a clock that jumps before the first run is noticed as well.
  // Returns the errors of `keep`.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<RunCalendar>> Create(
      std::optional<int32_t> last_run, Clock clock, Keep keep);

  // Returns the day for which a run may remove things, and keeps it.
  // `callers_day` is nullopt when this party's own timer asks.
  // FailedPrecondition, and nothing changes: the clocks differ, or this party's
  // clock has jumped since the last run. The text names both days.
  [[nodiscard]] absl::StatusOr<CivilDate> Begin(
      std::optional<int32_t> callers_day);

  // The same without keeping the day, for work that is no run of retention:
  // only runs show that there was no pause.
  [[nodiscard]] absl::StatusOr<CivilDate> Check(
      std::optional<int32_t> callers_day);

  // FailedPrecondition: the clock is more than a day away from `day`, so that
  // nobody can confirm it.
  [[nodiscard]] absl::Status CheckOwn(int32_t day) const;
  // Sets the last run to this party's own day. Two custodians vouch that today
  // is `day`. FailedPrecondition: as CheckOwn.
  [[nodiscard]] absl::Status Confirm(int32_t day);

  CivilDate today() const { return clock_(); }

 private:
  [[nodiscard]] absl::StatusOr<CivilDate> CheckLocked(
      std::optional<int32_t> callers_day) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  RunCalendar(Clock clock, Keep keep)
      : clock_(std::move(clock)), keep_(std::move(keep)) {}
  [[nodiscard]] absl::Status KeepDay(int32_t day)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock clock_;
  const Keep keep_;
  // Held while the disk takes a day, which happens once a day.
  Mutex mutex_;
  int32_t last_run_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Returns the day as a date, or as a number when it is outside 1900 to 2199: a
// peer may send any value.
std::string DayText(int32_t day);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RETENTION_RUN_CALENDAR_H_
