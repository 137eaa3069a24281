#include "aggregator/ledger/feed_gate.h"

#include <utility>

#include "aggregator/ledger/records.h"
#include "core/keys/outcome.h"

namespace garderobe::aggregator {
namespace {

constexpr size_t kStreamsKept = 100'000;

std::string StreamKey(const v1::FeedName& feed) {
  std::string key;
  PutLengthPrefixed(key, feed.institution());
  return key + FeedKey(0, feed);
}

}  // namespace

absl::StatusOr<Feed> FeedGate::Read(uint32_t institution,
                                    const v1::FeedName& name) const {
  const auto stored = store_.Get(kFeeds, FeedKey(institution, name));
  if (stored.status().code() == absl::StatusCode::kNotFound) return Feed();
  GARDEROBE_RETURN_IF_ERROR(stored.status());
  auto feed = Feed::Decode(*stored);
  if (!feed) return DataLoss("a feed's record is damaged");
  return *std::move(feed);
}

absl::StatusOr<std::optional<v1::BatchOutcome>> FeedGate::PlaceOf(
    const Feed& feed, const v1::FeedName& name, uint64_t stream,
    const FeedBatch& batch) {
  GARDEROBE_RETURN_IF_ERROR(CheckStream(name, stream));
  return feed.Place(batch);
}

void FeedGate::PutOutcome(uint32_t institution, const BatchSource& source,
                          Feed feed, uint64_t mark, v1::BatchOutcome* outcome,
                          rocksdb::WriteBatch& batch) const {
  const bool visits = source.feed.kind() == v1::FEED_KIND_VISITS;
  outcome->set_signature(SignOutcome(
      receipt_seed_,
      {.kind = visits ? SealedKind::kVisits : SealedKind::kRelations,
       .institution = source.feed.institution(),
       .client = source.feed.client(),
       .source = source.feed.source(),
       .offset = source.offset,
       .count = source.authorship.count,
       .accepted = outcome->accepted(),
       .replaced = outcome->replaced(),
       .sealed = source.authorship.sealed}));
  feed.Advance({source.offset, source.authorship.count, mark}, *outcome,
               RunOf(source.feed));
  batch.Put(store_.family(kFeeds), FeedKey(institution, source.feed),
            feed.Encode());
  batch.Put(store_.family(kAuthorships),
            AuthorshipKey(institution, source.feed, source.offset),
            Encode(source.authorship));
}

absl::StatusOr<FeedGate::FeedPlace> FeedGate::PlaceOfFeed(
    const v1::FeedName& name, uint64_t run) {
  GARDEROBE_RETURN_IF_ERROR(CheckNames(name));
  const auto institution =
      institutions_.Find(name.institution(), /*create=*/false);
  if (!institution.ok()) return FeedPlace();
  FeedPlace place;
  {
    const MutexLock lock(&(*institution)->mutex);
    GARDEROBE_ASSIGN_OR_RETURN(const Feed feed,
                               Read((*institution)->number, name));
    place = {feed.committed(), feed.RunBegan(run)};
  }
  // What is told is committed must be so after a crash, too.
  GARDEROBE_RETURN_IF_ERROR(store_.Sync());
  return place;
}

absl::StatusOr<uint64_t> FeedGate::Committed(const v1::FeedName& name) {
  GARDEROBE_ASSIGN_OR_RETURN(const FeedPlace place,
                             PlaceOfFeed(name, /*run=*/0));
  return place.committed;
}

uint64_t FeedGate::RunOf(const v1::FeedName& name) const {
  const MutexLock lock(&streams_mutex_);
  const auto found = streams_.find(StreamKey(name));
  return found == streams_.end() ? 0 : found->second.run;
}

absl::StatusOr<FeedGate::FeedPlace> FeedGate::Open(const v1::FeedName& name,
                                                   uint64_t stream,
                                                   uint64_t run) {
  GARDEROBE_RETURN_IF_ERROR(CheckNames(name));
  if (stream == 0) return InvalidArgument("stream: not 0");
  {
    const MutexLock lock(&streams_mutex_);
    // Streams that were forgotten open again.
    if (streams_.size() >= kStreamsKept) streams_.clear();
    streams_[StreamKey(name)] = {stream, run};
  }
  return PlaceOfFeed(name, run);
}

absl::Status FeedGate::CheckStream(const v1::FeedName& name, uint64_t stream) {
  const MutexLock lock(&streams_mutex_);
  const auto found = streams_.find(StreamKey(name));
  if (found != streams_.end() && found->second.stream == stream) {
    return absl::OkStatus();
  }
  return absl::AbortedError(
      "another stream of this feed was opened since; open one and go on");
}

absl::StatusOr<v1::BatchOutcome> FeedGate::OnceSynced(
    v1::BatchOutcome outcome) {
  // The call that stored it may still wait for its sync.
  GARDEROBE_RETURN_IF_ERROR(store_.Sync());
  return outcome;
}

}  // namespace garderobe::aggregator
