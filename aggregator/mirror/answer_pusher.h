// Brings mirrors and cubes to answerd, which never asks for anything.
#ifndef GARDEROBE_AGGREGATOR_MIRROR_ANSWER_PUSHER_H_
#define GARDEROBE_AGGREGATOR_MIRROR_ANSWER_PUSHER_H_

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "aggregator/aggregator.h"
#include "aggregator/mirror/customer_schedule.h"
#include "aggregator/publish/publisher.h"
#include "core/base/mutex.h"
#include "core/rpc/stub_holder.h"
#include "core/rpc/tls.h"
#include "garderobe/v1/answer.grpc.pb.h"

namespace garderobe::aggregator {

// Thread-safe. Has a thread of its own, so that an answerd that hangs holds up
// nothing else. All arguments of the constructor outlive it.
class AnswerPusher {
 public:
  AnswerPusher(Aggregator& aggregator, Publisher& publisher,
               const CalledDaemon& answerd, const TlsFiles& tls,
               std::chrono::minutes customers_period);
  ~AnswerPusher() { Stop(); }

  // Calls `done` when answerd has the mirror as it is now, or with false when
  // it did not get it within kPatience.
  using Done = std::function<void(bool current)>;
  static constexpr std::chrono::seconds kPatience{2};
  void WhenCurrent(const std::string& institution, Done done);

  // Blocks until answerd has synced, at most some seconds.
  [[nodiscard]] absl::Status PushCube(const v1::Cube& cube);

  // Ends the thread; who still waits is told no.
  void Stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiter {
    std::string institution;
    Clock::time_point until;
    Done done;
  };

  void Run();
  // All that answerd lacks, as far as it goes; what somebody waits for first.
  // Unavailable: it is not reached.
  [[nodiscard]] absl::Status PushAll(const std::set<std::string>& first);
  [[nodiscard]] absl::Status PushMirror(const std::string& institution);
  [[nodiscard]] absl::Status Put(v1::Mirror mirror);
  // The customers of whom it is due (CustomerSchedule).
  [[nodiscard]] absl::Status PushCustomers();
  // Compares with what answerd has; both may have been restored.
  [[nodiscard]] absl::Status Reconcile();
  // It is to end, or somebody waits who is not among `first`.
  bool WantedElsewhere(const std::set<std::string>& first);
  // Tells those whose mirror is current, and those who waited long enough.
  void TellWaiters();

  Aggregator& aggregator_;
  Publisher& publisher_;
  StubHolder<v1::AnswerIntakeService> stub_;  // own locking
  // Of the thread's own.
  Clock::time_point reconcile_at_ = Clock::now(), customers_at_ = Clock::now();
  CustomerSchedule schedule_;
  const std::chrono::minutes customers_period_;

  Mutex mutex_;
  CondVar changed_;
  std::vector<Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: runs when all else is there
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_MIRROR_ANSWER_PUSHER_H_
