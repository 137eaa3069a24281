#include "client/conformance/recorder.h"

#include <string_view>
#include <utility>

#include "core/keys/outcome.h"

namespace garderobe::client::conformance {

const Rule kHello{"hello", "clients.md, 7",
                  "the stream does not begin with a Hello of protocol version "
                  "2 and a feed of the stream's kind"};

namespace {

constexpr Rule kOffset{"offset", "clients.md, 7",
                       "the offset of a batch is not where the feed stands, "
                       "and the batch is none that came before"};
constexpr Rule kNoRows{"batch-empty", "clients.md, 7", "the batch has no rows"};
constexpr Rule kCloseCount{"close-count", "clients.md, 7",
                           "CloseFeed does not say as many rows as the feed "
                           "has"};
constexpr Rule kRecordingFull{"recording-full", "clients.md, 11",
                              "more came than is recorded"};
constexpr size_t kFaultsMax = 1000;

std::string KeyOf(const v1::FeedName& feed) {
  return fmt::format("{}\n{}\n{}\n{}", feed.client(), feed.institution(),
                     feed.source(), static_cast<int>(feed.kind()));
}

void AddRefusal(uint32_t row, const RowFault& fault, v1::BatchOutcome* to) {
  v1::RowRefusal& refusal = *to->add_refused();
  refusal.set_index(row);
  refusal.set_reason(std::string(fault.reason));
  refusal.set_column(std::string(fault.column));
  refusal.set_text("as the aggregator would refuse it");
}

}  // namespace

Recorder::Opened Recorder::Open(const v1::FeedName& name, uint64_t run,
                                End end) {
  Opened opened;
  End before;
  {
    const MutexLock lock(&mutex_);
    Feed& feed = feeds_[KeyOf(name)];
    before = std::exchange(feed.end, std::move(end));
    if (feed.stream == 0) ++progress_.open_streams;
    feed.stream = ++last_stream_;
    feed.run = run;
    progress_.moved = std::chrono::steady_clock::now();
    progress_.is_closed = false;
    opened = {feed.stream, feed.record.committed(), feed.record.RunBegan(run)};
  }
  // Without the lock: a stream that ends leaves its feed.
  if (before) {
    before(absl::AbortedError(
        "another stream of this feed was opened; only one delivers in a feed"));
  }
  return opened;
}

void Recorder::Leave(const v1::FeedName& name, uint64_t stream) {
  End dropped;
  const MutexLock lock(&mutex_);
  Feed& feed = feeds_[KeyOf(name)];
  if (feed.stream != stream) return;
  feed.stream = 0;
  dropped = std::exchange(feed.end, nullptr);
  --progress_.open_streams;
  progress_.moved = std::chrono::steady_clock::now();
}

absl::StatusOr<std::optional<v1::BatchOutcome>> Recorder::Place(
    const Message& message, uint64_t rows_max, uint64_t rows) {
  progress_.moved = std::chrono::steady_clock::now();
  Feed& feed = feeds_[KeyOf(message.feed)];
  if (feed.stream != message.stream) {
    return absl::AbortedError("another stream of this feed was opened");
  }
  if (message.place.count == 0) {
    NoteLocked(kNoRows, {});
    return InvalidArgument("count: at least one row");
  }
  auto placed = feed.record.Place(message.place);
  if (!placed.ok()) {
    NoteLocked(kOffset,
               fmt::format("{} where it stands at {}", message.place.offset,
                           feed.record.committed()));
  }
  if (!placed.ok() || placed->has_value()) return placed;
  if (ended_) {
    return FailedPrecondition(
        "the recording has ended and is being compared; start `garderobe "
        "conformance` again");
  }
  if (rows + message.place.count > rows_max ||
      bytes_ + message.bytes_size > kBytesMax) {
    NoteLocked(kRecordingFull, {});
    return FailedPrecondition(
        "no more is recorded: {} visits, {} relations and {} MiB are what is "
        "kept in memory; try a smaller file",
        kVisitsMax, kRelationsMax, kBytesMax >> 20);
  }
  bytes_ += message.bytes_size;
  progress_.is_closed = false;
  return placed;
}

v1::BatchOutcome Recorder::Answer(const Message& message,
                                  v1::BatchOutcome outcome) {
  const bool visits = message.feed.kind() == v1::FEED_KIND_VISITS;
  outcome.set_offset(message.place.offset);
  outcome.set_count(message.place.count);
  outcome.set_accepted(message.place.count -
                       static_cast<uint32_t>(outcome.refused_size()));
  if (!visits) outcome.set_stored_by_vault(message.place.count);
  outcome.set_signature(SignOutcome(
      keys_.receipts(),
      {.kind = visits ? SealedKind::kVisits : SealedKind::kRelations,
       .institution = message.feed.institution(),
       .client = message.feed.client(),
       .source = message.feed.source(),
       .offset = message.place.offset,
       .count = message.place.count,
       .accepted = outcome.accepted(),
       .replaced = outcome.replaced(),
       .sealed = message.sealed}));
  Feed& feed = feeds_[KeyOf(message.feed)];
  feed.record.Advance(message.place, outcome, feed.run);
  return outcome;
}

absl::StatusOr<v1::BatchOutcome> Recorder::Take(const Message& message,
                                                OpenedVisits batch) {
  const MutexLock lock(&mutex_);
  GARDEROBE_ASSIGN_OR_RETURN(auto before,
                             Place(message, kVisitsMax, progress_.visits));
  if (before) return *std::move(before);
  v1::BatchOutcome outcome;
  uint32_t replaced = 0;
  for (size_t row = 0; batch.is_open && row < batch.rows(); ++row) {
    const VisitValues visit = batch.At(row);
    const RowFault fault = FaultOf(visit, agreed_from_);
    if (!fault.reason.empty()) {
      AddRefusal(static_cast<uint32_t>(row), fault, &outcome);
    } else if (!visit_ids_.insert(visit.id).second) {
      ++replaced;
    }
  }
  outcome.set_replaced(replaced);
  progress_.visits += batch.count;
  recorded_.visits.push_back(std::move(batch));
  return Answer(message, std::move(outcome));
}

absl::StatusOr<v1::BatchOutcome> Recorder::Take(const Message& message,
                                                OpenedRelations batch) {
  const MutexLock lock(&mutex_);
  GARDEROBE_ASSIGN_OR_RETURN(
      auto before, Place(message, kRelationsMax, progress_.relations));
  if (before) return *std::move(before);
  v1::BatchOutcome outcome;
  const uint32_t count = batch.batch.count();
  for (uint32_t row = 0; batch.is_open && row < count; ++row) {
    const RowFault fault = FaultOf(batch.columns, static_cast<int>(row));
    if (!fault.reason.empty()) AddRefusal(row, fault, &outcome);
  }
  progress_.relations += count;
  recorded_.relations.push_back(std::move(batch));
  return Answer(message, std::move(outcome));
}

uint64_t Recorder::Committed(const v1::FeedName& feed) const {
  const MutexLock lock(&mutex_);
  const auto found = feeds_.find(KeyOf(feed));
  return found == feeds_.end() ? 0 : found->second.record.committed();
}

v1::CloseFeedResponse Recorder::Close(const v1::FeedName& feed, uint64_t rows) {
  v1::CloseFeedResponse response;
  response.set_committed(Committed(feed));
  response.set_counts_agree(response.committed() == rows);
  const MutexLock lock(&mutex_);
  progress_.moved = std::chrono::steady_clock::now();
  if (!response.counts_agree()) {
    NoteLocked(kCloseCount, fmt::format("{} where {} are stored", rows,
                                        response.committed()));
  }
  if (feed.kind() == v1::FEED_KIND_VISITS) progress_.is_closed = true;
  return response;
}

void Recorder::Note(const Rule& rule, std::string detail) {
  const MutexLock lock(&mutex_);
  NoteLocked(rule, std::move(detail));
}

void Recorder::NoteLocked(const Rule& rule, std::string detail) {
  if (recorded_.faults.size() >= kFaultsMax) return;
  recorded_.faults.push_back({&rule, std::move(detail)});
}

Recorder::Progress Recorder::progress() const {
  const MutexLock lock(&mutex_);
  return progress_;
}

Recorded Recorder::TakeAll() {
  const MutexLock lock(&mutex_);
  ended_ = true;
  return std::move(recorded_);
}

std::vector<const Rule*> RecorderRules() {
  return {&kHello, &kNoRows, &kOffset, &kCloseCount, &kRecordingFull};
}

}  // namespace garderobe::client::conformance
