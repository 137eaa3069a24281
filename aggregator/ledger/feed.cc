#include "aggregator/ledger/feed.h"

#include <algorithm>
#include <memory>

#include "core/base/bytes.h"
#include "core/sealing/handles.h"

namespace garderobe::aggregator {

uint64_t MarkOf(std::string_view sealed) {
  return sealed.size() < 8 ? 0 : GetBigEndian<uint64_t>(sealed.data());
}

absl::Status CheckNames(const v1::FeedName& feed) {
  if (feed.institution().empty() || feed.institution().size() > 64 ||
      feed.source().size() > 64 || feed.client().size() > 128) {
    return InvalidArgument("feed: names are missing or too long");
  }
  return absl::OkStatus();
}

absl::Status CheckShape(const v1::FeedName& feed, uint32_t count,
                        size_t handle_bytes, uint32_t rows_max) {
  GARDEROBE_RETURN_IF_ERROR(CheckNames(feed));
  if (count == 0 || count > rows_max) {
    return InvalidArgument("count: 1 to {} rows", rows_max);
  }
  if (handle_bytes != size_t{count} * AggregatorHandle::kBytes) {
    return InvalidArgument("handles: 16 bytes for each of count rows");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::BatchOutcome>> Feed::Place(
    const FeedBatch& batch) const {
  if (batch.offset == committed_) return std::nullopt;
  if (batch.offset > committed_) {
    return OutOfRange(
        "offset {}: rows are missing before it, for the feed stands at {}; ask "
        "GetFeed and go on from there",
        batch.offset, committed_);
  }
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
        return kept.outcome.offset() == batch.offset &&
               kept.outcome.count() == batch.count && kept.mark == batch.mark;
      });
  if (found == kept_.end()) {
    return AlreadyExists(
        "offset {}: another batch is stored there, for somebody else delivers "
        "in this feed or did; it stands at {}. Nothing of this batch is "
        "stored: deliver it again from there",
        batch.offset, committed_);
  }
  v1::BatchOutcome outcome = found->outcome;
  outcome.set_already_stored(true);
  return outcome;
}

void Feed::Advance(const FeedBatch& batch, const v1::BatchOutcome& outcome,
                   uint64_t run) {
  if (run != run_) {
    run_ = run;
    run_began_ = batch.offset;
  }
  committed_ = batch.offset + batch.count;
  if (kept_.size() == kOutcomesKept) kept_.pop_front();
  v1::BatchOutcome& kept =
      kept_.emplace_back(Kept{batch.mark, outcome}).outcome;
  // `accepted` stays exact; a record does not grow with a batch of nonsense.
  if (kept.refused_size() > kRefusalsKept) {
    kept.mutable_refused()->DeleteSubrange(kRefusalsKept,
                                           kept.refused_size() - kRefusalsKept);
  }
}

std::string Feed::Encode() const {
  std::string bytes;
  PutBigEndian(bytes, committed_);
  PutBigEndian(bytes, run_);
  PutBigEndian(bytes, run_began_);
  for (const Kept& kept : kept_) {
    const std::string outcome = kept.outcome.SerializeAsString();
    PutBigEndian(bytes, kept.mark);
    PutBigEndian(bytes, static_cast<uint32_t>(outcome.size()));
    bytes += outcome;
  }
  return bytes;
}

std::optional<Feed> Feed::Decode(std::string_view bytes) {
  Feed feed;
  ByteReader reader(bytes);
  if (!reader.GetInteger(&feed.committed_) || !reader.GetInteger(&feed.run_) ||
      !reader.GetInteger(&feed.run_began_)) {
    return std::nullopt;
  }
  while (!reader.empty()) {
    Kept kept{};
    uint32_t size;
    std::string_view outcome;
    if (!reader.GetInteger(&kept.mark) || !reader.GetInteger(&size) ||
        !reader.GetBytes(size, &outcome) ||
        !kept.outcome.ParseFromArray(outcome.data(),
                                     static_cast<int>(outcome.size()))) {
      return std::nullopt;
    }
    feed.kept_.push_back(std::move(kept));
  }
  return feed;
}

}  // namespace garderobe::aggregator
