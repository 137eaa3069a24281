// What a client under test has delivered so far: its feeds, and every batch as
// it was opened. All of it in memory, and only as much as the bounds say.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_RECORDER_H_
#define GARDEROBE_CLIENT_CONFORMANCE_RECORDER_H_

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "client/conformance/feed_record.h"
#include "client/conformance/opened_batch.h"
#include "core/base/mutex.h"

namespace garderobe::client::conformance {

// In the order in which they came.
struct Recorded {
  std::vector<OpenedVisits> visits;
  std::vector<OpenedRelations> relations;
  // What was wrong with streams: offsets, counts, greetings.
  std::vector<BatchFault> faults;
};

// Thread-safe.
class Recorder {
 public:
  static constexpr uint64_t kVisitsMax = 1'000'000;
  static constexpr uint64_t kRelationsMax = 250'000;
  static constexpr uint64_t kBytesMax = uint64_t{1} << 30;  // of messages

  using End = std::function<void(absl::Status)>;

  // `keys` outlives it. `agreed_from`: when the institution's agreement
  // begins, in minutes since 2000-01-01.
  Recorder(const PartyKeys& keys, int32_t agreed_from)
      : keys_(keys), agreed_from_(agreed_from) {}

  // A stream of the feed begins; the one before is ended with Aborted.
  struct Opened {
    uint64_t stream = 0, committed = 0, run_began = 0;
  };
  Opened Open(const v1::FeedName& feed, uint64_t run, End end);
  void Leave(const v1::FeedName& feed, uint64_t stream);

  // Records the batch when it is next in its feed. Aborted: the stream is not
  // the feed's any more. InvalidArgument: no rows. AlreadyExists, OutOfRange:
  // as FeedRecord::Place. FailedPrecondition: a bound is reached.
  struct Message {
    const v1::FeedName& feed;
    uint64_t stream;
    FeedRecord::Batch place;
    Digest256 sealed;   // of what was sealed
    size_t bytes_size;  // of the message
  };
  [[nodiscard]] absl::StatusOr<v1::BatchOutcome> Take(const Message& message,
                                                      OpenedVisits batch);
  [[nodiscard]] absl::StatusOr<v1::BatchOutcome> Take(const Message& message,
                                                      OpenedRelations batch);

  uint64_t Committed(const v1::FeedName& feed) const;
  v1::CloseFeedResponse Close(const v1::FeedName& feed, uint64_t rows);
  void Note(const Rule& rule, std::string detail = {});

  struct Progress {
    uint64_t visits = 0, relations = 0;  // rows
    size_t open_streams = 0;
    bool is_closed = false;  // a feed of visits was, and nothing came since
    std::chrono::steady_clock::time_point moved;
  };
  Progress progress() const;
  // Takes out what was recorded. Nothing is recorded afterwards.
  Recorded TakeAll();

 private:
  struct Feed {
    FeedRecord record;
    uint64_t stream = 0;  // 0: none is open
    uint64_t run = 0;
    End end;
  };
  [[nodiscard]] absl::StatusOr<std::optional<v1::BatchOutcome>> Place(
      const Message& message, uint64_t rows_max, uint64_t rows)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::BatchOutcome Answer(const Message& message, v1::BatchOutcome outcome)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteLocked(const Rule& rule, std::string detail)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const PartyKeys& keys_;
  const int32_t agreed_from_;
  mutable Mutex mutex_;
  std::map<std::string, Feed> feeds_ ABSL_GUARDED_BY(mutex_);
  Recorded recorded_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<VisitId> visit_ids_ ABSL_GUARDED_BY(mutex_);
  Progress progress_ ABSL_GUARDED_BY(mutex_);
  uint64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t last_stream_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

extern const Rule kHello;  // a stream that does not begin as it should
std::vector<const Rule*> RecorderRules();

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_RECORDER_H_
