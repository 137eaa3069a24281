#include "vault/link/linker.h"

#include <algorithm>
#include <string_view>

#include "core/base/civil_time.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "vault/link/link_transaction.h"

namespace garderobe::vault {
namespace {

constexpr std::string_view kMetaKey = "meta/v5";
LinkCounts Sum(const LinkCounts& a, const LinkCounts& b) {
  return {a.relations + b.relations, a.tokens + b.tokens, a.persons + b.persons,
          a.set_aside + b.set_aside, a.contradictory + b.contradictory};
}

}  // namespace

Linker::Linker(std::unique_ptr<Store> store, const Options& options)
    : store_(std::move(store)),
      options_(options),
      clock_(options.clock ? options.clock : UnixSeconds),
      model_(options.model) {}

absl::StatusOr<std::unique_ptr<Linker>> Linker::Open(
    const std::string& directory, const Options& options) {
  GARDEROBE_ASSIGN_OR_RETURN(
      auto store, Store::Open(directory, kFamilyNames, kStoreOptions));
  return Open(std::move(store), options);
}

absl::StatusOr<std::unique_ptr<Linker>> Linker::Open(
    std::unique_ptr<Store> store, const Options& options) {
  std::unique_ptr<Linker> linker(new Linker(std::move(store), options));
  GARDEROBE_RETURN_IF_ERROR(linker->OpenCalendar());
  {
    const MutexLock lock(&linker->mutex_);
    GARDEROBE_ASSIGN_OR_RETURN(
        linker->changes_,
        ChangeQueue::Open(*linker->store_, linker->clock_, options.changes));
    GARDEROBE_RETURN_IF_ERROR(linker->LoadMeta());
    GARDEROBE_RETURN_IF_ERROR(linker->LoadModel());
  }
  return linker;
}

std::string Linker::EncodeMeta(const LinkCounts& counts) {
  std::string value;
  for (uint64_t number : {counts.relations, counts.tokens, counts.persons,
                          counts.set_aside, counts.contradictory}) {
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
  ByteReader reader(*value);
  for (uint64_t* number :
       {&counts_.relations, &counts_.tokens, &counts_.persons,
        &counts_.set_aside, &counts_.contradictory}) {
    if (!reader.GetInteger(number)) return Damaged();
  }
  return absl::OkStatus();
}

absl::Status Linker::Commit(LinkTransaction& transaction,
                            const std::set<RelationId>& erased,
                            const std::vector<ChangeRecord>& entries) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<RelationId> free,
                             transaction.NoLongerObjecting());
  rocksdb::WriteBatch batch;
  if (!erased.empty()) {
    GARDEROBE_RETURN_IF_ERROR(changes_->DropChangesOf(erased, batch));
  }
  transaction.AddTo(batch);
  for (RelationId id : erased) ForgetUnmatched(id, batch);
  for (const ChangeRecord& entry : entries) {
    changes_->Add(entry, /*later=*/false, batch);
  }
  for (const auto& [change, later] : transaction.Changes()) {
    changes_->Add(change, later, batch);
  }
  const LinkCounts counts = Sum(counts_, transaction.difference());
  batch.Put(store_->family(kMeta), AsSlice(kMetaKey), EncodeMeta(counts));
  GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
  counts_ = counts;
  if (free.empty()) return absl::OkStatus();
  return RemoveOf(free, /*objecting=*/true, /*tell=*/true);
}

absl::StatusOr<std::vector<PersonSeed>> Linker::Link(
    const std::vector<LinkRow>& rows) {
  std::vector<PersonSeed> persons;
  {
    const MutexLock lock(&mutex_);
    LinkTransaction transaction = NewTransaction();
    std::vector<RelationId> ids;
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
      GARDEROBE_RETURN_IF_ERROR(transaction.Add(row).status());
    }
    GARDEROBE_RETURN_IF_ERROR(transaction.Link());
    for (RelationId id : ids) {
      GARDEROBE_ASSIGN_OR_RETURN(persons.emplace_back(),
                                 transaction.SeedOf(id));
    }
    GARDEROBE_RETURN_IF_ERROR(Commit(transaction));
  }
  // Outside the lock: batches that come meanwhile share the sync.
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return persons;
}

absl::Status Linker::Confirm(const RoundConfirmation& confirmed) {
  {
    const MutexLock lock(&mutex_);
    GARDEROBE_RETURN_IF_ERROR(changes_->Confirm(confirmed));
  }
  return store_->Sync();
}

uint64_t Linker::confirmed_through() const {
  const MutexLock lock(&mutex_);
  return changes_->confirmed_through();
}

uint64_t Linker::last_round() const {
  const MutexLock lock(&mutex_);
  return changes_->last_number();
}

absl::StatusOr<LinkRound> Linker::NextRound(const RoundConfirmation& confirmed,
                                            size_t most) {
  LinkRound round;
  {
    const MutexLock lock(&mutex_);
    GARDEROBE_RETURN_IF_ERROR(changes_->Confirm(confirmed));
    LinkTransaction look(*store_, model_);
    GARDEROBE_RETURN_IF_ERROR(
        changes_->Release([&](RelationId id) -> absl::StatusOr<PersonSeed> {
          GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                                     look.Relation(id));
          if (!relation->stored) return PersonSeed();  // erased since
          return look.SeedOf(id);
        }));
    GARDEROBE_ASSIGN_OR_RETURN(const auto taken, changes_->Take(most));
    round.confirmation = taken.confirmation;
    round.number = taken.number;
    round.done_through = taken.done_through;
    round.rights_done_through = taken.rights_done_through;
    round.changes = taken.due.size();
    for (const auto& [sequence, change] : taken.due) {
      RoundEntry entry{change.reference, change.type, PersonSeed()};
      if (entry.reference.empty()) {
        GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                                   look.Relation(change.relation));
        if (!relation->stored || relation->nowhere()) continue;
        entry.reference = relation->reference;
        GARDEROBE_ASSIGN_OR_RETURN(entry.person, look.SeedOf(change.relation));
        entry.type = entry.person.is_zero() ? ChangeRecord::Type::kNobody
                                            : ChangeRecord::Type::kLink;
      }
      round.entries.push_back(std::move(entry));
    }
  }
  Shuffle(round.entries);
  // A number that was handed out must not be given to another change after a
  // power cut.
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return round;
}

LinkCounts Linker::counts() const {
  const MutexLock lock(&mutex_);
  return counts_;
}

}  // namespace garderobe::vault
