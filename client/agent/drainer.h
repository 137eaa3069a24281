// Keeps all queues of an agent drained: a few deliveries at a time, whoever
// was served longest ago first, and after a failure again and again, for weeks.
#ifndef GARDEROBE_CLIENT_AGENT_DRAINER_H_
#define GARDEROBE_CLIENT_AGENT_DRAINER_H_

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "client/agent/institution_queue.h"
#include "core/base/mutex.h"

namespace garderobe::client {

struct DrainerOptions {
  // By flow: how many are under way at a time, each with a stream of its own;
  // and how old the oldest row must be, unless `rows_enough` wait.
  std::array<size_t, 2> at_once = {2, 3};
  std::array<std::chrono::seconds, 2> gather = {std::chrono::seconds(5),
                                                std::chrono::seconds(60)};
  std::array<uint64_t, 2> rows_enough = {8192, 2000};
  // Pauses after failures double between these.
  std::chrono::milliseconds pause_least{1'000}, pause_most{300'000};
};

// Thread-safe.
class Drainer {
 public:
  // Delivers what waits: DrainVisits and DrainRelations, or what a test puts in
  // their place.
  using Drain = std::function<absl::Status(Flow flow, InstitutionQueue& queue)>;
  // Called with each failure and with each recovery (OK).
  using Tell = std::function<void(Flow flow, const InstitutionQueue& queue,
                                  const absl::Status& status)>;
  // `queues` outlive it. Nothing is delivered before Start.
  Drainer(DrainerOptions options, std::vector<InstitutionQueue*> queues,
          Drain drain, Tell tell);
  // Waits for what is under way.
  ~Drainer();
  // Once.
  void Start();

  // Rows have come.
  void Wake();

 private:
  using Clock = std::chrono::steady_clock;
  struct Work {
    InstitutionQueue* queue;
    bool is_busy = false;
    bool has_failed = false;
    Clock::time_point not_before = {};
    Clock::time_point served = {};
    std::chrono::milliseconds pause{0};
  };
  void Run(Flow flow);
  // Whose turn it is; null when nobody's is.
  Work* Pick(Flow flow) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsDue(Flow flow, const Work& work) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const DrainerOptions options_;
  const Drain drain_;
  const Tell tell_;
  Mutex mutex_;
  CondVar changed_;
  bool is_ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::array<std::vector<Work>, 2> work_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;  // last: use the above
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_DRAINER_H_
