// Rights of visitors (protocol.md, 6): accepted at once, done in the next
// round, and kept until the receipts were fetched. The TTP keeps nothing on
// disk of it: a client repeats its request until it holds both receipts.
#ifndef GARDEROBE_TTP_RIGHTS_QUEUE_H_
#define GARDEROBE_TTP_RIGHTS_QUEUE_H_

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/mutex.h"
#include "garderobe/v1/rights.pb.h"
#include "ttp/rights.h"
#include "ttp/rounds.h"
#include "ttp/under_way.h"

namespace garderobe::ttp {

// Thread-safe.
//
// An erasure is done once more after everything that was under way to the vault
// while it was done, for that may bring back what it holds.
class RightsQueue {
 public:
  // Requests that wait or whose receipts are kept, at most.
  static constexpr size_t kRequestsMax = 10'000;
  static constexpr std::chrono::hours kKept{1};

  // Both outlive it.
  RightsQueue(RightSteps& rights, UnderWay& under_way,
              std::chrono::milliseconds interval)
      : rights_(rights), under_way_(under_way), interval_(interval) {}

  // Takes a request that was checked. One with a known id is answered as
  // before, whatever else it says. Returns after how many ms to fetch the
  // receipts. ResourceExhausted: too many are kept.
  [[nodiscard]] absl::StatusOr<uint32_t> Accept(
      v1::ExerciseRightRequest request);
  // NotFound: it was not accepted here by this institution. Otherwise what came
  // of it, or that it is pending.
  [[nodiscard]] absl::StatusOr<v1::FetchReceiptsResponse> Fetch(
      const std::string& institution, const std::string& request_id);

  // For the rounds: does what waits, and concludes what was carried.
  void BeforeRound();
  void AfterRound(const Rounds::Carried& carried);

 private:
  using Clock = std::chrono::steady_clock;
  enum class State { kWaiting, kUnderWay, kDone, kTold };
  struct Entry {
    std::string institution;
    v1::ExerciseRightRequest request;
    State state = State::kWaiting;
    RightSteps::Begun begun;
    // The round that carries what follows, or the first of several; 0: the next.
    uint64_t round = 0;
    // Of an erasure: what is under way meanwhile.
    std::shared_ptr<UnderWay::Watch> watch;
    absl::StatusOr<v1::FetchReceiptsResponse> outcome =
        v1::FetchReceiptsResponse();
    Clock::time_point accepted;
  };
  uint32_t interval_ms() const {
    return static_cast<uint32_t>(interval_.count());
  }
  std::vector<std::string> In(State state);
  void BeginOne(const std::string& id);
  void ConcludeOne(const std::string& id, const Rounds::Carried& carried);
  // Puts the request in once more, under an id of its own; its receipts are
  // nobody's.
  void Repeat(v1::ExerciseRightRequest request);

  RightSteps& rights_;
  UnderWay& under_way_;
  const std::chrono::milliseconds interval_;
  Mutex mutex_;
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);  // by id
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_RIGHTS_QUEUE_H_
