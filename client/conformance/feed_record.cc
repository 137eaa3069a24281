#include "client/conformance/feed_record.h"

#include <memory>

namespace garderobe::client::conformance {

absl::StatusOr<std::optional<v1::BatchOutcome>> FeedRecord::Place(
    const Batch& batch) const {
  if (batch.offset == committed_) return std::nullopt;
  if (batch.offset > committed_) {
    return OutOfRange(
        "offset {}: rows are missing before it, for the feed stands at {}; ask "
        "GetFeed and go on from there",
        batch.offset, committed_);
  }
  for (const Kept& kept : kept_) {
    if (kept.bytes != batch.bytes) continue;
    v1::BatchOutcome outcome = kept.outcome;
    outcome.set_already_stored(true);
    return outcome;
  }
  return AlreadyExists(
      "offset {}: another batch is stored there; the feed stands at {}. "
      "Nothing of this batch is stored: deliver it again from there",
      batch.offset, committed_);
}

void FeedRecord::Advance(const Batch& batch, const v1::BatchOutcome& outcome,
                         uint64_t run) {
  if (run != run_) {
    run_ = run;
    run_began_ = batch.offset;
  }
  committed_ = batch.offset + batch.count;
  if (kept_.size() == kOutcomesKept) kept_.pop_front();
  v1::BatchOutcome& kept =
      kept_.emplace_back(Kept{batch.bytes, outcome}).outcome;
  if (kept.refused_size() > kRefusalsKept) {
    kept.mutable_refused()->DeleteSubrange(kRefusalsKept,
                                           kept.refused_size() - kRefusalsKept);
  }
}

}  // namespace garderobe::client::conformance
