// A limit on the rows whose visits are delivered in a second, so that what has
// gathered in a week does not go out as one flood.
#ifndef GARDEROBE_CLIENT_AGENT_RATE_LIMIT_H_
#define GARDEROBE_CLIENT_AGENT_RATE_LIMIT_H_

#include <algorithm>
#include <chrono>
#include <thread>

#include "core/base/mutex.h"

namespace garderobe::client {

// Thread-safe; those that share it share the rate.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;
  // `per_second`: 0 for none.
  explicit RateLimit(uint64_t per_second) : per_second_(per_second) {}

  // When the next may go, `rows` having gone; what was not used in the last
  // second may be caught up.
  Clock::time_point Reserve(uint64_t rows, Clock::time_point now) {
    if (per_second_ == 0) return now;
    const MutexLock lock(&mutex_);
    next_ = std::max(next_, now - std::chrono::seconds(1));
    next_ += std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(static_cast<double>(rows) /
                                      static_cast<double>(per_second_)));
    return next_;
  }
  // Waits until then.
  void Take(uint64_t rows) {
    std::this_thread::sleep_until(Reserve(rows, Clock::now()));
  }

 private:
  const uint64_t per_second_;
  Mutex mutex_;
  Clock::time_point next_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_RATE_LIMIT_H_
