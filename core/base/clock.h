// The time now, and the type of a clock that tests can set.
//
// Not for days and local times (core/base/civil_time.h), and not for measuring
// how long something takes (std::chrono::steady_clock).
#ifndef GARDEROBE_CORE_BASE_CLOCK_H_
#define GARDEROBE_CORE_BASE_CLOCK_H_

#include <chrono>
#include <cstdint>
#include <functional>

namespace garderobe {

// Returns Unix seconds.
using UnixClock = std::function<uint64_t()>;

// Seconds since 1970-01-01 00:00 UTC, by this machine's clock; it may be wrong
// and may go back. Thread-safe.
inline uint64_t UnixSeconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(now).count());
}
// The same in milliseconds.
inline uint64_t UnixMilliseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_CLOCK_H_
