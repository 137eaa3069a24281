// Where a feed stands at the recording TTP, as docs/clients.md, 7, says it.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_FEED_RECORD_H_
#define GARDEROBE_CLIENT_CONFORMANCE_FEED_RECORD_H_

#include <cstdint>
#include <deque>
#include <optional>

#include "core/base/hash.h"
#include "core/base/status.h"
#include "garderobe/v1/common.pb.h"

namespace garderobe::client::conformance {

// Not thread-safe.
class FeedRecord {
 public:
  struct Batch {
    uint64_t offset = 0;  // of its first row
    uint32_t count = 0;   // rows
    Digest256 bytes;      // of the whole message
  };

  uint64_t committed() const { return committed_; }
  // From which row on all that is committed is of `run`.
  uint64_t RunBegan(uint64_t run) const {
    return run != 0 && run == run_ ? run_began_ : committed_;
  }
  // Nothing: the batch is next. An outcome: it came before, byte for byte.
  // AlreadyExists: another batch stands there. OutOfRange: it leaves a gap.
  [[nodiscard]] absl::StatusOr<std::optional<v1::BatchOutcome>> Place(
      const Batch& batch) const;
  // Adds the batch that is next, with its outcome.
  void Advance(const Batch& batch, const v1::BatchOutcome& outcome,
               uint64_t run);

 private:
  // As many as the aggregator keeps.
  static constexpr size_t kOutcomesKept = 80;
  static constexpr int kRefusalsKept = 256;  // of each

  struct Kept {
    Digest256 bytes;
    v1::BatchOutcome outcome;
  };
  uint64_t committed_ = 0;
  uint64_t run_ = 0, run_began_ = 0;
  std::deque<Kept> kept_;
};

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_FEED_RECORD_H_
