// When an institution's customers are counted anew: once a period, and not in
// the middle of a delivery.
#ifndef GARDEROBE_AGGREGATOR_MIRROR_CUSTOMER_SCHEDULE_H_
#define GARDEROBE_AGGREGATOR_MIRROR_CUSTOMER_SCHEDULE_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace garderobe::aggregator {

// Between two counts a customer more or less would show with every attribute,
// so they are rare; and a count amid a first delivery would stand for a day.
//
// Not thread-safe.
class CustomerSchedule {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::minutes kQuiet{10};
  static constexpr std::chrono::seconds kQuietMin{3};

  explicit CustomerSchedule(std::chrono::minutes period) : period_(period) {}

  // Whether to count now: what answerd has is of another `version` than the
  // institution's, nothing was counted within the period, and nothing has
  // changed for kQuiet (for the period where that is shorter, but for
  // kQuietMin). Who changes all the time is counted after two periods, or two
  // times kQuiet.
  bool IsDue(const std::string& institution, uint64_t version,
             uint64_t at_answerd, TimePoint now);
  void Counted(const std::string& institution, TimePoint now);

 private:
  struct State {
    uint64_t version = 0;
    TimePoint changed, first_seen;
    std::optional<TimePoint> counted;
  };
  const std::chrono::minutes period_;
  std::map<std::string, State> states_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_MIRROR_CUSTOMER_SCHEDULE_H_
