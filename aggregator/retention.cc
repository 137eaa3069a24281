// Retention at the aggregator (protocol.md, 5).
#include <chrono>

#include "aggregator/aggregator.h"
#include "aggregator/removed_before.h"

namespace garderobe::aggregator {

absl::StatusOr<RetentionStatement> Aggregator::Expire(Institution& institution,
                                                      int32_t cutoff) {
  InstitutionLedger& ledger = *institution.ledger;
  rocksdb::WriteBatch batch;
  // Reads all visits: only the institution waits.
  GARDEROBE_ASSIGN_OR_RETURN(const auto forgotten,
                             ledger.ForgetBefore(cutoff, batch));
  RetentionStatement statement{.institution = institution.name,
                               .months = 0,
                               .cutoff = cutoff,
                               .visits_removed = forgotten.removed,
                               .relations_removed = 0,
                               .visits_left = forgotten.left,
                               .oldest = forgotten.oldest,
                               .unix_seconds = 0};
  GARDEROBE_ASSIGN_OR_RETURN(
      const bool changed,
      ExpireRelationsWithout(institution, forgotten.relations, cutoff, batch,
                             &statement.relations_removed));
  if (!changed) return statement;
  // What is told was read from the store after the fact.
  institution.ledger.reset();
  GARDEROBE_RETURN_IF_ERROR(EnsureLoaded(institution));
  rocksdb::WriteBatch nothing;
  GARDEROBE_ASSIGN_OR_RETURN(const auto again,
                             institution.ledger->ForgetBefore(cutoff, nothing));
  if (again.removed > 0 || nothing.Count() > 0) {
    return Internal("visits before {} are still there",
                    ToIso(FromDayNumber(cutoff)));
  }
  statement.visits_left = again.left;
  statement.oldest = again.oldest;
  return statement;
}

absl::StatusOr<bool> Aggregator::ExpireRelationsWithout(
    Institution& institution, absl::flat_hash_set<uint32_t> kept,
    int32_t cutoff, rocksdb::WriteBatch& batch, uint64_t* removed) {
  InstitutionLedger& ledger = *institution.ledger;
  // A change of links must not write a relation that goes.
  const MutexLock people_lock(&people_mutex_);
  const std::string prefix = KeyOf(institution.number);
  const auto it = store_->NewIterator(kRelations);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix);
       it->Next()) {
    Relation relation;
    if (it->key().size() != 8 || !Decode(AsView(it->value()), &relation)) {
      return DataLoss("a relation's record is damaged");
    }
    const auto number = GetBigEndian<uint32_t>(it->key().data() + 4);
    if (kept.contains(number) || relation.delivered >= cutoff) {
      kept.insert(number);
      continue;
    }
    ++*removed;
    batch.Delete(store_->family(kRelations), it->key());
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  for (const AggregatorHandle& handle : ledger.HandlesWithout(
           [&](uint32_t number) { return kept.contains(number); })) {
    ledger.ForgetHandle(handle, batch);
  }
  return WriteForgotten(institution, batch);
}

absl::StatusOr<SignedBody> Aggregator::ExpireInstitution(
    const std::string& name, int months, const CivilDate& today) {
  GARDEROBE_ASSIGN_OR_RETURN(const InstitutionPtr institution,
                             Find(name, /*create=*/false));
  RetentionStatement statement;
  {
    const MutexLock lock(&institution->mutex);
    GARDEROBE_RETURN_IF_ERROR(EnsureLoaded(*institution));
    const int32_t cutoff = DayNumber(MonthsBefore(today, months));
    GARDEROBE_RETURN_IF_ERROR(RememberRemovedBefore(*store_, name, cutoff));
    auto expired = Expire(*institution, cutoff);
    if (!expired.ok()) {
      institution->ledger.reset();  // it may have forgotten part of it
      return expired.status();
    }
    statement = *std::move(expired);
    statement.relations_removed += institution->relations_expired;
    institution->relations_expired = 0;
  }
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  EvictLedgers();
  statement.months = static_cast<uint16_t>(months);
  statement.unix_seconds = static_cast<uint64_t>(
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
  return SignRetention(ReceiptSeedOf(keys_.signing), statement);
}

absl::Status Aggregator::ExpireRelations(
    const v1::ExpireRelationsRequest& request,
    v1::ExpireRelationsResponse* response) {
  const auto count = static_cast<size_t>(request.institution_size());
  if (request.handles().size() != count * AggregatorHandle::kBytes) {
    return InvalidArgument("handles: 16 bytes a relation");
  }
  std::map<uint32_t, std::vector<uint32_t>> by_institution;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t index = request.institution(static_cast<int>(i));
    if (index >= static_cast<uint32_t>(request.institutions_size())) {
      return InvalidArgument("institution: beyond institutions");
    }
    by_institution[index].push_back(i);
  }
  for (const auto& [index, relations] : by_institution) {
    const auto institution =
        Find(request.institutions(static_cast<int>(index)), /*create=*/false);
    if (!institution.ok()) continue;  // nothing there
    const MutexLock lock(&(*institution)->mutex);
    GARDEROBE_RETURN_IF_ERROR(EnsureLoaded(**institution));
    InstitutionLedger& ledger = *(*institution)->ledger;
    rocksdb::WriteBatch batch;
    // Which relations have visits.
    GARDEROBE_ASSIGN_OR_RETURN(const auto now,
                               ledger.ForgetBefore(INT32_MIN, batch));
    const MutexLock people_lock(&people_mutex_);
    for (uint32_t i : relations) {
      const auto handle = AggregatorHandle::From(
          std::string_view(request.handles())
              .substr(size_t{i} * AggregatorHandle::kBytes,
                      AggregatorHandle::kBytes));
      const auto number = ledger.NumberOf(handle);
      if (!number || *number == 0) continue;
      if (now.relations.contains(*number)) {
        response->add_kept(i);
        continue;
      }
      const std::string key = KeyOf((*institution)->number, *number);
      (*institution)->relations_expired += store_->Get(kRelations, key).ok();
      batch.Delete(store_->family(kRelations), key);
      ledger.ForgetHandle(handle, batch);
    }
    const auto written = WriteForgotten(**institution, batch);
    if (!written.ok()) {
      (*institution)->ledger.reset();
      return written.status();
    }
  }
  EvictLedgers();
  return store_->Sync();
}

}  // namespace garderobe::aggregator
