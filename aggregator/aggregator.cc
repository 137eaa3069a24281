#include "aggregator/aggregator.h"

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "aggregator/door/author_check.h"
#include "aggregator/door/relation_batch.h"
#include "aggregator/door/visit_batch.h"
#include "core/base/clock.h"
#include "core/base/columns.h"
#include "core/base/parallel.h"
#include "core/group/elgamal.h"
#include "core/keys/outcome.h"

namespace garderobe::aggregator {
namespace {

constexpr std::string_view kInstitutionPrefix = "institution/";
constexpr std::string_view kRunKey = "run";
constexpr size_t kChunkRows = 16;
constexpr size_t kStreamsKept = 100'000;

std::string InstitutionKey(std::string_view name) {
  return std::string(kInstitutionPrefix) + std::string(name);
}
std::string StreamKey(const v1::FeedName& feed) {
  std::string key;
  PutLengthPrefixed(key, feed.institution());
  return key + FeedKey(0, feed);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Aggregator>> Aggregator::Open(
    AggregatorKeys keys, std::unique_ptr<Store> store,
    boost::asio::thread_pool& workers, Options options) {
  std::unique_ptr<Aggregator> result(
      new Aggregator(std::move(keys), std::move(store), workers, options));
  GARDEROBE_RETURN_IF_ERROR(result->Load());
  GARDEROBE_RETURN_IF_ERROR(result->BeginRun());
  GARDEROBE_RETURN_IF_ERROR(result->OpenCalendar());
  return result;
}

absl::Status Aggregator::Load() {
  const MutexLock lock(&mutex_);
  const auto it = store_->NewIterator(kMeta);
  for (it->Seek(AsSlice(kInstitutionPrefix));
       it->Valid() && it->key().starts_with(AsSlice(kInstitutionPrefix));
       it->Next()) {
    if (it->value().size() != 4) {
      return DataLoss("the table of names is damaged");
    }
    auto institution = std::make_shared<Institution>();
    institution->name = AsView(it->key()).substr(kInstitutionPrefix.size());
    institution->number = GetBigEndian<uint32_t>(it->value().data());
    next_institution_ = std::max(next_institution_, institution->number + 1);
    institutions_[institution->name] = institution;
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  const MutexLock people_lock(&people_mutex_);
  return ReloadPeople();
}

absl::Status Aggregator::BeginRun() {
  const auto last = store_->Get(kMeta, kRunKey);
  const uint64_t before =
      last.ok() && last->size() == 8 ? GetBigEndian<uint64_t>(last->data()) : 0;
  // The time, so that it grows even when the store is a restored one; and more
  // than before, whatever the clock says.
  run_ = std::max(before + 1, UnixMilliseconds());
  rocksdb::WriteBatch batch;
  batch.Put(store_->family(kMeta), kRunKey, Number(run_));
  return store_->WriteAndSync(batch);
}

absl::Status Aggregator::CheckSerial(uint32_t serial) const {
  if (keys_.issue.Accepts(serial, UnixSeconds())) return absl::OkStatus();
  return FailedPrecondition(
      "sealed with the aggregator's parameters of serial {}, and {} is in "
      "force",
      serial, keys_.issue.issue.serial);
}

SignedBody Aggregator::SignedParameters() const {
  return SignParameters(keys_.signing, keys_.Public());
}

absl::StatusOr<Aggregator::InstitutionPtr> Aggregator::Find(
    const std::string& name, bool create) {
  const MutexLock lock(&mutex_);
  auto found = institutions_.find(name);
  if (found == institutions_.end()) {
    if (!create) return NotFound("nothing was delivered for {}", name);
    auto institution = std::make_shared<Institution>();
    institution->name = name;
    institution->number = next_institution_;
    rocksdb::WriteBatch batch;
    batch.Put(store_->family(kMeta), InstitutionKey(name),
              Number(institution->number));
    GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
    ++next_institution_;
    found = institutions_.emplace(name, std::move(institution)).first;
  }
  found->second->last_used = ++uses_;
  return found->second;
}

absl::Status Aggregator::EnsureLoaded(Institution& institution) {
  if (institution.ledger) return absl::OkStatus();
  GARDEROBE_ASSIGN_OR_RETURN(
      institution.ledger, InstitutionLedger::Load(*store_, institution.number));
  const auto version = store_->Get(kMeta, VersionKey(institution.name));
  institution.version = version.ok() && version->size() == 8
                            ? GetBigEndian<uint64_t>(version->data())
                            : 0;
  return absl::OkStatus();
}

absl::StatusOr<Feed> Aggregator::ReadFeed(uint32_t institution,
                                          const v1::FeedName& name) const {
  const auto stored = store_->Get(kFeeds, FeedKey(institution, name));
  if (stored.status().code() == absl::StatusCode::kNotFound) return Feed();
  GARDEROBE_RETURN_IF_ERROR(stored.status());
  auto feed = Feed::Decode(*stored);
  if (!feed) return DataLoss("a feed's record is damaged");
  return *std::move(feed);
}

absl::Status Aggregator::WriteFor(Institution& institution,
                                  rocksdb::WriteBatch& batch) {
  const absl::Status status = store_->Write(batch);
  if (!status.ok()) {
    institution.ledger.reset();
  }
  return status;
}

void Aggregator::EvictLedgers() {
  const MutexLock lock(&mutex_);
  size_t total = 0;
  std::vector<InstitutionPtr> idle;
  for (auto& [name, institution] : institutions_) {
    // Nobody else can get hold of it while the map is locked.
    if (institution.use_count() > 1) continue;
    const MutexLock idle_lock(&institution->mutex);
    if (!institution->ledger) continue;
    total += institution->ledger->bytes();
    idle.push_back(institution);
  }
  if (total <= options_.ledger_bytes_max) return;
  std::sort(idle.begin(), idle.end(),
            [](auto& a, auto& b) { return a->last_used < b->last_used; });
  for (auto& institution : idle) {
    if (total <= options_.ledger_bytes_max) break;
    const MutexLock idle_lock(&institution->mutex);
    total -= institution->ledger->bytes();
    institution->ledger.reset();
  }
}

template <typename Request>
absl::StatusOr<Aggregator::Opened> Aggregator::Open(
    const Request& request, const Institutions& institutions) const {
  const bool visits = request.feed().kind() == v1::FEED_KIND_VISITS;
  const BatchPlace place{visits ? SealedKind::kVisits : SealedKind::kRelations,
                         request.feed().institution(), request.feed().source(),
                         request.offset(), request.count()};
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::string payload,
      OpenBatch(keys_.sealing, sealing_public_, place, request.sealed()));
  auto authored =
      DecodeAuthored(payload, visits ? VisitPayloadBytesMax(place.count)
                                     : RelationPayloadBytesMax(place.count));
  if (!authored.ok()) return Refusal(AuthorFault::kNoSignature);
  const AuthorFault fault =
      FindAuthorFault(institutions, place, request.serial(), *authored);
  if (fault != AuthorFault::kNone) return Refusal(fault);
  return Opened{std::move(authored->columns),
                {request.feed(),
                 request.offset(),
                 {place.count, request.serial(), Hash(request.sealed()),
                  authored->signature}}};
}
template absl::StatusOr<Aggregator::Opened> Aggregator::Open(
    const v1::StoreVisitsRequest&, const Institutions&) const;
template absl::StatusOr<Aggregator::Opened> Aggregator::Open(
    const v1::StoreRelationsRequest&, const Institutions&) const;

void Aggregator::PutOutcome(uint32_t institution, const BatchSource& source,
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
  batch.Put(store_->family(kFeeds), FeedKey(institution, source.feed),
            feed.Encode());
  batch.Put(store_->family(kAuthorships),
            AuthorshipKey(institution, source.feed, source.offset),
            Encode(source.authorship));
}

absl::StatusOr<std::vector<Element>> Aggregator::Decrypt(
    std::string_view ciphertexts) const {
  const Column<Ciphertext> column(ciphertexts);
  const size_t count = column.size();
  std::vector<Element> pseudonyms(count);
  std::atomic<bool> malformed{false};
  ParallelFor(workers_, count, 2 * kChunkRows, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const Ciphertext c = column[i];
      if (!DecryptOrNobody(keys_.pseudonym, c.point_a, c.point_b,
                           &pseudonyms[i])) {
        malformed = true;
      }
    }
  });
  if (malformed) {
    return InvalidArgument("pseudonyms: a ciphertext is malformed");
  }
  return pseudonyms;
}

absl::StatusOr<v1::BatchOutcome> Aggregator::StoreVisits(
    v1::StoreVisitsRequest request, const Institutions& institutions,
    int32_t agreed_from) {
  v1::FeedName& feed_name = *request.mutable_feed();
  feed_name.set_kind(v1::FEED_KIND_VISITS);
  const uint32_t count = request.count();
  GARDEROBE_RETURN_IF_ERROR(
      CheckShape(feed_name, count, request.handles().size(), kBlockRowsMax));
  GARDEROBE_RETURN_IF_ERROR(CheckSerial(request.serial()));
  const FeedBatch place{request.offset(), count, MarkOf(request.sealed())};
  // Opened before the lock: several batches at once.
  const auto opened = Open(request, institutions);
  absl::StatusOr<VisitBatch> visits =
      opened.ok() ? ReadVisitBatch(opened->columns, count, agreed_from)
                  : absl::StatusOr<VisitBatch>(opened.status());

  GARDEROBE_ASSIGN_OR_RETURN(const InstitutionPtr institution,
                             Find(feed_name.institution(), /*create=*/true));
  v1::BatchOutcome outcome;
  {
    const MutexLock lock(&institution->mutex);
    GARDEROBE_ASSIGN_OR_RETURN(Feed feed,
                               ReadFeed(institution->number, feed_name));
    GARDEROBE_RETURN_IF_ERROR(CheckStream(feed_name, request.stream()));
    GARDEROBE_ASSIGN_OR_RETURN(auto stored, feed.Place(place));
    if (stored) return OnceSynced(*std::move(stored));
    GARDEROBE_RETURN_IF_ERROR(visits.status());
    GARDEROBE_RETURN_IF_ERROR(EnsureLoaded(*institution));
    rocksdb::WriteBatch batch;
    const Column<AggregatorHandle> handles(request.handles());
    std::vector<uint32_t> relations(count, 0);
    for (uint32_t i = 0; i < count; ++i) {
      const AggregatorHandle handle = handles[i];
      if (!handle.is_zero() && !visits->is_refused[i]) {
        relations[i] = institution->ledger->FindOrAddRelation(handle, batch);
      }
    }
    outcome.set_offset(request.offset());
    outcome.set_count(count);
    for (auto& refusal : visits->refused) {
      *outcome.add_refused() = std::move(refusal);
    }
    auto applied =
        institution->ledger->Append(*std::move(visits), relations, batch);
    if (!applied.ok()) {
      institution->ledger.reset();  // it has taken part of the batch
      return applied.status();
    }
    outcome.set_accepted(applied->accepted);
    outcome.set_replaced(applied->replaced);
    PutOutcome(institution->number, opened->source, std::move(feed), place.mark,
               &outcome, batch);
    ++institution->version;
    batch.Put(store_->family(kMeta), VersionKey(institution->name),
              Number(institution->version));
    batch.Put(store_->family(kDirtyMirrors), institution->name,
              Number(institution->version));
    GARDEROBE_RETURN_IF_ERROR(WriteFor(*institution, batch));
  }
  // No lock over the sync: batches that came meanwhile share it.
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  EvictLedgers();
  return outcome;
}

absl::StatusOr<Aggregator::FeedPlace> Aggregator::PlaceOfFeed(
    const v1::FeedName& name, uint64_t run) {
  GARDEROBE_RETURN_IF_ERROR(CheckNames(name));
  const auto institution = Find(name.institution(), /*create=*/false);
  if (!institution.ok()) return FeedPlace();
  FeedPlace place;
  {
    const MutexLock lock(&(*institution)->mutex);
    GARDEROBE_ASSIGN_OR_RETURN(const Feed feed,
                               ReadFeed((*institution)->number, name));
    place = {feed.committed(), feed.RunBegan(run)};
  }
  // What is told is committed must be so after a crash, too.
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return place;
}

absl::StatusOr<uint64_t> Aggregator::Committed(const v1::FeedName& name) {
  GARDEROBE_ASSIGN_OR_RETURN(const FeedPlace place,
                             PlaceOfFeed(name, /*run=*/0));
  return place.committed;
}

uint64_t Aggregator::RunOf(const v1::FeedName& name) const {
  const MutexLock lock(&streams_mutex_);
  const auto found = streams_.find(StreamKey(name));
  return found == streams_.end() ? 0 : found->second.run;
}

absl::StatusOr<Aggregator::FeedPlace> Aggregator::OpenFeed(
    const v1::FeedName& name, uint64_t stream, uint64_t run) {
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

absl::Status Aggregator::CheckStream(const v1::FeedName& name,
                                     uint64_t stream) {
  const MutexLock lock(&streams_mutex_);
  const auto found = streams_.find(StreamKey(name));
  if (found != streams_.end() && found->second.stream == stream) {
    return absl::OkStatus();
  }
  return absl::AbortedError(
      "another stream of this feed was opened since; open one and go on");
}

absl::StatusOr<v1::BatchOutcome> Aggregator::OnceSynced(
    v1::BatchOutcome outcome) {
  // The call that stored it may still wait for its sync.
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return outcome;
}

}  // namespace garderobe::aggregator
