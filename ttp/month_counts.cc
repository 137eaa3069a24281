#include "ttp/month_counts.h"

#include <algorithm>
#include <iosfwd>
#include <iterator>

namespace garderobe::ttp {

MonthCounts::Count& MonthCounts::At(
    const std::string& month,
    const std::function<void(const std::string&, const Count&)>& noticed) {
  // A clock that only passes through a month leaves nothing of it.
  std::erase_if(months_, [&](const auto& entry) {
    const Count& count = entry.second;
    return entry.first != month && count.used == 0 && count.released == 0;
  });
  const auto present = months_.try_emplace(month).first;
  while (std::distance(months_.begin(), present) >
         static_cast<std::ptrdiff_t>(kPastMonthsKept)) {
    months_.erase(months_.begin());
  }
  for (auto ahead = std::next(present); ahead != months_.end(); ++ahead) {
    Count& count = ahead->second;
    const bool is_carried =
        !count.carried_to.empty() && count.carried_to <= month;
    if (count.used == 0 || is_carried) continue;
    present->second.used += count.used;
    count.carried_to = month;
    if (noticed) noticed(ahead->first, count);
  }
  return present->second;
}

void MonthCounts::Add(const std::string& month, uint64_t tokens) {
  for (auto it = months_.lower_bound(month); it != months_.end(); ++it) {
    if (it->first == month || it->second.used > 0) it->second.used += tokens;
  }
}

void MonthCounts::TakeBack(const std::string& month, uint64_t tokens) {
  for (auto it = months_.lower_bound(month); it != months_.end(); ++it) {
    it->second.used -= std::min(it->second.used, tokens);
  }
}

}  // namespace garderobe::ttp
