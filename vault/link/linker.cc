#include "vault/link/linker.h"

#include <algorithm>

#include "core/base/civil_time.h"
#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "vault/link/link_transaction.h"

namespace garderobe::vault {
namespace {

constexpr std::string_view kMetaKey = "meta/v4";
constexpr std::string_view kModelKey = "model/v1";
constexpr size_t kRelinkAtOnce = 500;
// Of what else decides who is linked: comparisons, limits, clustering. Grows
// when one of them changes; everything is linked again then.
constexpr int kRulesVersion = 2;

// What links, as one value: whether the store was linked by the same.
std::string DigestOf(const MatchParameters& parameters) {
  const std::string rules = fmt::format("rules {}\n", kRulesVersion);
  return AsString(Hash({rules, parameters.ToToml()}).bytes());
}

LinkCounts Sum(const LinkCounts& a, const LinkCounts& b) {
  return {a.relations + b.relations, a.tokens + b.tokens,
          a.persons + b.persons,     a.households + b.households,
          a.set_aside + b.set_aside, a.contradictory + b.contradictory};
}

}  // namespace

Linker::Linker(std::unique_ptr<Store> store, const MatchParameters& model,
               UnixClock clock)
    : store_(std::move(store)),
      model_(model),
      clock_(clock ? std::move(clock) : UnixSeconds) {}

absl::StatusOr<std::unique_ptr<Linker>> Linker::Open(
    const std::string& directory, const MatchParameters& model, UnixClock clock,
    const std::function<void(double)>& progress) {
  GARDEROBE_ASSIGN_OR_RETURN(
      auto store, Store::Open(directory, kFamilyNames, kStoreOptions));
  return Open(std::move(store), model, std::move(clock), progress);
}

absl::StatusOr<std::unique_ptr<Linker>> Linker::Open(
    std::unique_ptr<Store> store, const MatchParameters& model, UnixClock clock,
    const std::function<void(double)>& progress) {
  std::unique_ptr<Linker> linker(
      new Linker(std::move(store), model, std::move(clock)));
  GARDEROBE_RETURN_IF_ERROR(linker->OpenCalendar());
  {
    const MutexLock lock(&linker->mutex_);
    GARDEROBE_RETURN_IF_ERROR(linker->LoadMeta());
    GARDEROBE_RETURN_IF_ERROR(linker->EnsureModel(progress));
  }
  return linker;
}

std::string Linker::EncodeMeta(const Meta& meta) {
  const LinkCounts& c = meta.counts;
  std::string value;
  for (uint64_t number : {meta.next_change, c.relations, c.tokens, c.persons,
                          c.households, c.set_aside, c.contradictory}) {
    PutBigEndian(value, number);
  }
  return value;
}

absl::Status Linker::LoadMeta() {
  auto value = store_->Get(kMeta, kMetaKey);
  if (value.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();
  }
  GARDEROBE_RETURN_IF_ERROR(value.status());
  LinkCounts& c = meta_.counts;
  ByteReader reader(*value);
  for (uint64_t* number :
       {&meta_.next_change, &c.relations, &c.tokens, &c.persons, &c.households,
        &c.set_aside, &c.contradictory}) {
    if (!reader.GetInteger(number)) return Damaged();
  }
  return absl::OkStatus();
}

absl::Status Linker::Commit(const LinkTransaction& transaction,
                            const std::set<RelationId>& erased) {
  rocksdb::WriteBatch batch;
  if (!erased.empty()) {
    const auto it = store_->NewIterator(kChanges);
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      ChangeRecord change;
      if (!Decode(AsView(it->value()), &change)) return Damaged();
      if (!erased.contains(change.relation)) continue;
      batch.Delete(store_->family(kChanges), it->key());
    }
    GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  }
  transaction.AddTo(batch);
  Meta meta = meta_;
  meta.counts = Sum(meta.counts, transaction.difference());
  for (const ChangeRecord& change :
       transaction.Changes(clock_() + kTellAgainSeconds)) {
    batch.Put(store_->family(kChanges), NumberKey(meta.next_change++),
              Encode(change));
  }
  batch.Put(store_->family(kMeta), AsSlice(kMetaKey), EncodeMeta(meta));
  GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
  meta_ = meta;
  return absl::OkStatus();
}

absl::Status Linker::EnsureModel(const std::function<void(double)>& progress) {
  const std::string digest = DigestOf(model_.parameters());
  const auto linked_with = store_->Get(kMeta, kModelKey);
  if (linked_with.ok() && *linked_with == digest) return absl::OkStatus();
  if (linked_with.ok()) {
    // Until all is linked again it is linked by neither.
    rocksdb::WriteBatch unfinished;
    unfinished.Delete(store_->family(kMeta), AsSlice(kModelKey));
    GARDEROBE_RETURN_IF_ERROR(store_->WriteAndSync(unfinished));
  }
  uint64_t done = 0;
  const auto it = store_->NewIterator(kRelations);
  it->SeekToFirst();
  while (it->Valid()) {
    LinkTransaction transaction(*store_, model_);
    for (size_t i = 0; i < kRelinkAtOnce && it->Valid(); ++i, it->Next()) {
      transaction.Touch(GetBigEndian<RelationId>(it->key().data()));
      ++done;
    }
    GARDEROBE_RETURN_IF_ERROR(transaction.Link());
    GARDEROBE_RETURN_IF_ERROR(Commit(transaction));
    if (progress) {
      progress(static_cast<double>(done) /
               static_cast<double>(meta_.counts.relations));
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  rocksdb::WriteBatch batch;
  batch.Put(store_->family(kMeta), AsSlice(kModelKey), digest);
  return store_->WriteAndSync(batch);
}

absl::StatusOr<std::vector<LinkedRow>> Linker::Link(
    const std::vector<LinkRow>& rows) {
  std::vector<LinkedRow> linked;
  {
    const MutexLock lock(&mutex_);
    LinkTransaction transaction(*store_, model_);
    std::vector<RelationId> ids;
    const uint16_t now = QuarterOf(retention_calendar_->today());
    GARDEROBE_RETURN_IF_ERROR(transaction.Prefetch(rows));
    for (const LinkRow& row : rows) {
      GARDEROBE_ASSIGN_OR_RETURN(ids.emplace_back(),
                                 transaction.IdOf(row.handle));
      GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                                 transaction.Relation(ids.back()));
      // The visitor objects: the row is dropped. Only where the objection was
      // lodged before anything was shown is it taken, for it tells whose
      // other relations the objection concerns.
      if (relation->objects && !relation->tokens.empty()) {
        ++dropped_;
        continue;
      }
      GARDEROBE_RETURN_IF_ERROR(transaction.Add(row, now).status());
    }
    GARDEROBE_RETURN_IF_ERROR(transaction.Link());
    for (RelationId id : ids) {
      GARDEROBE_ASSIGN_OR_RETURN(linked.emplace_back(),
                                 transaction.PointsOf(id));
    }
    GARDEROBE_RETURN_IF_ERROR(Commit(transaction));
  }
  // Outside the lock: batches that come meanwhile share the sync.
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return linked;
}

absl::StatusOr<LinkChanges> Linker::Changes(uint64_t confirmed) {
  LinkChanges changes;
  {
    const MutexLock lock(&mutex_);
    GARDEROBE_RETURN_IF_ERROR(Confirm(confirmed));
    GARDEROBE_ASSIGN_OR_RETURN(changes, ReadChanges());
  }
  Shuffle(changes.relations);
  Shuffle(changes.residents);
  // A number that was handed out must not be given to another change after a
  // power cut.
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return changes;
}

absl::Status Linker::Confirm(uint64_t confirmed) {
  rocksdb::WriteBatch batch;
  Meta meta = meta_;
  const auto end = handed_out_.upper_bound(confirmed);
  for (auto sequence = handed_out_.begin(); sequence != end; ++sequence) {
    const std::string key = NumberKey(*sequence);
    const auto value = store_->Get(kChanges, key);
    // Its relation was erased since.
    if (value.status().code() == absl::StatusCode::kNotFound) continue;
    GARDEROBE_RETURN_IF_ERROR(value.status());
    ChangeRecord change;
    if (!Decode(*value, &change)) return Damaged();
    batch.Delete(store_->family(kChanges), key);
    if (change.again) continue;
    change.again = true;
    change.not_before = clock_() + kTellAgainSeconds;
    batch.Put(store_->family(kChanges), NumberKey(meta.next_change++),
              Encode(change));
  }
  if (batch.Count() > 0) {
    batch.Put(store_->family(kMeta), AsSlice(kMetaKey), EncodeMeta(meta));
    GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
  }
  handed_out_.erase(handed_out_.begin(), end);
  meta_ = meta;
  return absl::OkStatus();
}

absl::StatusOr<LinkChanges> Linker::ReadChanges() {
  LinkChanges changes;
  changes.newest = meta_.next_change - 1;
  LinkTransaction look(*store_, model_);
  const uint64_t now = clock_();
  size_t count = 0;
  const auto it = store_->NewIterator(kChanges);
  for (it->SeekToFirst(); it->Valid() && count < kChangesMax; it->Next()) {
    ChangeRecord change;
    if (!Decode(AsView(it->value()), &change)) return Damaged();
    if (change.not_before > now) continue;
    const auto sequence = GetBigEndian<uint64_t>(it->key().data());
    handed_out_.insert(sequence);
    changes.sequence = sequence;
    ++count;
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               look.Relation(change.relation));
    if (!relation->stored) continue;  // erased since
    GARDEROBE_ASSIGN_OR_RETURN(const LinkedRow points,
                               look.PointsOf(change.relation));
    if (!change.is_relation && relation->objects) continue;  // lives nowhere
    if (change.is_relation) {
      changes.relations.push_back(
          {VaultHandle::From(NumberKey(change.relation) +
                             relation->handle_rest),
           relation->reference, points.person});
    } else {
      changes.residents.push_back(points);
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  return changes;
}

LinkCounts Linker::counts() const {
  const MutexLock lock(&mutex_);
  return meta_.counts;
}

}  // namespace garderobe::vault
