// What takes two: who has asked for what, until enough have.
#ifndef GARDEROBE_CORE_BASE_APPROVALS_H_
#define GARDEROBE_CORE_BASE_APPROVALS_H_

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>

#include "core/base/mutex.h"

namespace garderobe {

// Thread-safe. In memory: what was asked before a restart must be asked again.
class Approvals {
 public:
  static constexpr size_t kNeeded = 2;
  static constexpr std::chrono::hours kValidity{24};
  static constexpr size_t kPendingMax = 1000;
  using Clock = std::chrono::steady_clock;

  // `who` asks for `what`; how many different ones have within kValidity. When
  // these are kNeeded, it is forgotten: do it, and the next has to be asked
  // for anew. Of more than kPendingMax the oldest is forgotten.
  size_t Ask(const std::string& what, const std::string& who,
             Clock::time_point now = Clock::now()) {
    const MutexLock lock(&mutex_);
    std::erase_if(pending_, [&](const auto& entry) {
      return now - entry.second.since > kValidity;
    });
    if (!pending_.contains(what) && pending_.size() >= kPendingMax) {
      pending_.erase(std::min_element(pending_.begin(), pending_.end(),
                                      [](const auto& x, const auto& y) {
                                        return x.second.since < y.second.since;
                                      }));
    }
    Request& request =
        pending_.try_emplace(what, Request{now, {}}).first->second;
    request.by.insert(who);
    const size_t count = request.by.size();
    if (count >= kNeeded) pending_.erase(what);
    return count;
  }

 private:
  struct Request {
    Clock::time_point since;
    std::set<std::string> by;
  };
  Mutex mutex_;
  std::map<std::string, Request> pending_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_APPROVALS_H_
