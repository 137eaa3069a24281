// Where a feed stands (protocol.md, 9): each batch once, in order, and an
// answer that was lost on the way given again.
#ifndef GARDEROBE_AGGREGATOR_LEDGER_FEED_H_
#define GARDEROBE_AGGREGATOR_LEDGER_FEED_H_

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "garderobe/v1/common.pb.h"

namespace garderobe::aggregator {

// A batch and its place.
struct FeedBatch {
  uint64_t offset = 0;  // of its first row
  uint32_t count = 0;
  uint64_t mark = 0;  // MarkOf what was sealed
};

// 8 bytes that tell a batch from another: the beginning of what was sealed is
// an ephemeral public key, drawn for each.
uint64_t MarkOf(std::string_view sealed);

// InvalidArgument: the institution is missing, or a name is too long.
[[nodiscard]] absl::Status CheckNames(const v1::FeedName& feed);

// Whether a batch of `count` rows can be one: names within their lengths, 1 to
// `rows_max` rows, a handle for each.
[[nodiscard]] absl::Status CheckShape(const v1::FeedName& feed, uint32_t count,
                                      size_t handle_bytes, uint32_t rows_max);

class Feed {
 public:
  // More than a client may have unacknowledged: 64 batches of relations wait
  // for their crowds at the TTP.
  static constexpr size_t kOutcomesKept = 80;
  static constexpr int kRefusalsKept = 256;  // an outcome

  uint64_t committed() const { return committed_; }

  // From which row on all that is committed is of the client's run; committed()
  // when nothing is, and of the run 0, which is nobody's.
  uint64_t RunBegan(uint64_t run) const {
    return run != 0 && run == run_ ? run_began_ : committed_;
  }

  // Nothing: the batch is next. An outcome: it is stored already.
  // OutOfRange: it leaves a gap. AlreadyExists: another batch is stored there,
  // or it overlaps the end; never a guess.
  [[nodiscard]] absl::StatusOr<std::optional<v1::BatchOutcome>> Place(
      const FeedBatch& batch) const;
  // Adds the outcome of the batch that is next, which `run` delivered.
  void Advance(const FeedBatch& batch, const v1::BatchOutcome& outcome,
               uint64_t run);

  // Stored, never change; aggregator/README.md.
  std::string Encode() const;
  // Nothing: the record is damaged.
  static std::optional<Feed> Decode(std::string_view bytes);

 private:
  struct Kept {
    uint64_t mark;
    v1::BatchOutcome outcome;
  };
  uint64_t committed_ = 0;
  uint64_t run_ = 0, run_began_ = 0;  // the latest, and its first row
  std::deque<Kept> kept_;             // oldest first
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_LEDGER_FEED_H_
