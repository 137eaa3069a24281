// Rights of visitors (protocol.md, 6): accepted at once, done in the next
// rounds, and kept for an hour, in which the receipts can be fetched as often
// as needed. The TTP keeps nothing on disk of it: a client repeats its request
// until it holds both receipts.
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
  // Requests that wait or whose receipts are kept, at most; and of one
  // institution, so that none keeps others' out.
  static constexpr size_t kRequestsMax = 10'000;
  static constexpr size_t kOfInstitutionMax = 2'000;
  // So many are begun in a round, of the institutions in turn, for the round
  // waits for them.
  static constexpr size_t kBegunInRound = 200;
  static constexpr std::chrono::hours kKept{1};
  // For how long a second erasure is tried: the parties take it for a day.
  static constexpr std::chrono::hours kTriedAgain{24};

  // Both outlive it.
  RightsQueue(RightSteps& rights, UnderWay& under_way,
              std::chrono::milliseconds interval)
      : rights_(rights), under_way_(under_way), interval_(interval) {}

  // Takes a request that was checked. With a known id nothing is done again,
  // whatever else the request says, unless the first one ended with an error:
  // then it is taken anew, of the same institution. Returns after how many ms
  // to fetch the receipts. ResourceExhausted, with RetryInfo: too many are
  // kept.
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
  enum class State { kWaiting, kUnderWay, kDone, kFetchable };
  struct Entry {
    std::string institution;
    v1::ExerciseRightRequest request;
    Attempt attempt = Attempt::kFirst;
    State state = State::kWaiting;
    uint64_t place = 0;  // in which they came
    bool is_counted = false;
    // The round that carries what follows, or the first of several; 0: the
    // next.
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
  // Those to begin in this round: the oldest of each institution, in turn.
  std::vector<std::string> NextWaiting();
  // Forgets what was told long ago.
  void Forget() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether to try again in the next round, after this.
  static bool IsTriedAgain(const absl::Status& status, const Entry& entry);
  void BeginOne(const std::string& id);
  void ConcludeOne(const std::string& id, const Rounds::Carried& carried);
  // Puts the request in once more; its receipts are told to nobody.
  void Repeat(v1::ExerciseRightRequest request);

  RightSteps& rights_;
  UnderWay& under_way_;
  const std::chrono::milliseconds interval_;
  Mutex mutex_;
  // By request id; of those that are done again by a random one.
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_place_ ABSL_GUARDED_BY(mutex_) = 1;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_RIGHTS_QUEUE_H_
