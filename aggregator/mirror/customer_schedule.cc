#include "aggregator/mirror/customer_schedule.h"

#include <algorithm>

namespace garderobe::aggregator {

bool CustomerSchedule::IsDue(const std::string& institution, uint64_t version,
                             uint64_t at_answerd, TimePoint now) {
  if (version == at_answerd) return false;
  const auto [entry, is_new] =
      states_.try_emplace(institution, State{version, now, now, {}});
  State& state = entry->second;
  if (state.version != version) {
    state.version = version;
    state.changed = now;
  }
  if (state.counted && now - *state.counted < period_) return false;
  using Duration = TimePoint::duration;
  const Duration quiet =
      std::max<Duration>(kQuietMin, std::min<Duration>(kQuiet, period_));
  if (now - state.changed >= quiet) return true;
  return now - state.counted.value_or(state.first_seen) >=
         2 * std::max<Duration>(kQuiet, period_);
}

void CustomerSchedule::Counted(const std::string& institution, TimePoint now) {
  State& state = states_[institution];
  state.counted = now;
}

}  // namespace garderobe::aggregator
