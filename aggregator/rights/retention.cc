#include "aggregator/rights/retention.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "aggregator/ledger/records.h"
#include "aggregator/ledger/removed_before.h"
#include "core/base/clock.h"
#include "core/base/columns.h"

namespace garderobe::aggregator {
namespace {

constexpr std::string_view kLastRunKey = "retention-day";
constexpr size_t kExpiredAtOnce = 4096;

std::string CeilingsKey(std::string_view institution) {
  return "retention/" + std::string(institution);
}

}  // namespace

absl::Status Retention::OpenCalendar(const RunCalendar::Clock& clock) {
  std::optional<int32_t> last_run;
  const auto kept = store_.Get(kMeta, kLastRunKey);
  if (kept.ok()) {
    if (kept->size() != 4) return DataLoss("the day of retention is damaged");
    last_run = static_cast<int32_t>(GetBigEndian<uint32_t>(kept->data()));
  } else if (kept.status().code() != absl::StatusCode::kNotFound) {
    return kept.status();
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      calendar_,
      RunCalendar::Create(last_run, clock, [this](int32_t day) -> absl::Status {
        rocksdb::WriteBatch batch;
        batch.Put(store_.family(kMeta), AsSlice(kLastRunKey),
                  Number(static_cast<uint32_t>(day)));
        return store_.WriteAndSync(batch);
      }));
  return absl::OkStatus();
}

absl::StatusOr<Retention::Ceilings> Retention::CeilingsOf(
    Institution& institution, int32_t today) {
  Ceilings ceilings;
  const auto stored = store_.Get(kMeta, CeilingsKey(institution.name));
  if (stored.ok()) {
    constexpr size_t kBytes = RemovalCeiling::kBytes;
    if (stored->size() != 2 * kBytes ||
        !Decode(std::string_view(*stored).substr(0, kBytes),
                &ceilings.visits) ||
        !Decode(std::string_view(*stored).substr(kBytes),
                &ceilings.relations)) {
      return DataLoss("a day's count of retention is damaged");
    }
    if (ceilings.visits.CountsFor(today)) return ceilings;
  } else if (stored.status().code() != absl::StatusCode::kNotFound) {
    return stored.status();
  }
  uint64_t relations = 0;
  const std::string prefix = KeyOf(institution.number);
  const auto it = store_.NewIterator(kRelations);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix);
       it->Next()) {
    ++relations;
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  ceilings.visits = {.day = today, .held = institution.ledger->live_visits()};
  ceilings.relations = {.day = today, .held = relations};
  return ceilings;
}

void Retention::Put(const Institution& institution, const Ceilings& ceilings,
                    rocksdb::WriteBatch& batch) const {
  batch.Put(store_.family(kMeta), CeilingsKey(institution.name),
            Encode(ceilings.visits) + Encode(ceilings.relations));
}

absl::StatusOr<RetentionStatement> Retention::ExpireOlder(
    Institution& institution, AgeLimit age) {
  GARDEROBE_ASSIGN_OR_RETURN(Ceilings ceilings,
                             CeilingsOf(institution, age.today));
  InstitutionLedger& ledger = *institution.ledger;
  rocksdb::WriteBatch batch;
  // Reads all visits: only the institution waits.
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto forgotten,
      ledger.ForgetBefore(age.cutoff, ceilings.visits.left(), batch));
  ceilings.visits.removed += forgotten.removed;
  RetentionStatement statement{.institution = institution.name,
                               .months = 0,
                               .cutoff = age.cutoff,
                               .visits_removed = forgotten.removed,
                               .relations_removed = 0,
                               .visits_held_back = forgotten.held_back,
                               .relations_held_back = 0,
                               .visits_left = forgotten.left,
                               .oldest = forgotten.oldest,
                               .unix_seconds = 0};
  GARDEROBE_ASSIGN_OR_RETURN(
      const bool changed,
      ExpireRelationsWithout(institution, forgotten.relations, age.cutoff,
                             ceilings, batch, &statement));
  if (!changed) return statement;
  // What is told was read from the store after the fact.
  institution.ledger.reset();
  GARDEROBE_RETURN_IF_ERROR(institutions_.EnsureLoaded(institution));
  rocksdb::WriteBatch nothing;
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto again,
      institution.ledger->ForgetBefore(age.cutoff, /*limit=*/0, nothing));
  if (again.held_back != forgotten.held_back || nothing.Count() > 0) {
    return Internal("of the visits before {} others are there than should be",
                    DayText(age.cutoff));
  }
  statement.visits_left = again.left;
  statement.oldest = again.oldest;
  return statement;
}

absl::StatusOr<bool> Retention::ExpireRelationsWithout(
    Institution& institution, absl::flat_hash_set<uint32_t> kept,
    int32_t cutoff, Ceilings ceilings, rocksdb::WriteBatch& batch,
    RetentionStatement* statement) {
  InstitutionLedger& ledger = *institution.ledger;
  // A change of links must not write a relation that goes.
  const MutexLock people_lock(&people_.mutex);
  // Day of the last delivery, and the relation's number.
  std::vector<std::pair<uint16_t, uint32_t>> old;
  absl::flat_hash_map<uint32_t, Relation> relations;  // those that are old
  const std::string prefix = KeyOf(institution.number);
  const auto it = store_.NewIterator(kRelations);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix);
       it->Next()) {
    Relation relation;
    if (it->key().size() != 8 || !Decode(AsView(it->value()), &relation)) {
      return DataLoss("a relation's record is damaged");
    }
    const auto number = GetBigEndian<uint32_t>(it->key().data() + 4);
    if (kept.contains(number) || relation.delivered >= cutoff) {
      kept.insert(number);
    } else {
      old.emplace_back(relation.delivered, number);
      relations.emplace(number, std::move(relation));
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  std::sort(old.begin(), old.end());
  const auto removed = static_cast<size_t>(
      std::min<uint64_t>(old.size(), ceilings.relations.left()));
  for (size_t i = 0; i < old.size(); ++i) {
    const uint32_t number = old[i].second;
    if (i < removed) {
      batch.Delete(store_.family(kRelations),
                   KeyOf(institution.number, number));
    } else {
      kept.insert(number);
    }
  }
  for (const AggregatorHandle& handle : ledger.HandlesWithout(
           [&](uint32_t number) { return kept.contains(number); })) {
    const auto number = ledger.NumberOf(handle);
    ledger.ForgetHandle(handle, batch);
    const auto gone = number ? relations.find(*number) : relations.end();
    if (gone == relations.end()) continue;  // it had visits only
    batch.Delete(store_.family(kReferences),
                 AsSlice(gone->second.reference.view()));
    // What recognises somebody who objects stays at the vault.
    if (gone->second.objects()) continue;
    batch.Put(store_.family(kExpired), AsSlice(handle.view()),
              AsSlice(gone->second.sigma.view()));
  }
  ceilings.relations.removed += removed;
  statement->relations_removed = removed;
  statement->relations_held_back = old.size() - removed;
  if (batch.Count() == 0) return false;
  Put(institution, ceilings, batch);
  institutions_.PutChanged(institution, batch);
  return forgetting_.Write(people_, batch);
}

absl::StatusOr<Retention::Expired> Retention::Expire(const std::string& name,
                                                     int months,
                                                     int32_t callers_day) {
  GARDEROBE_ASSIGN_OR_RETURN(const CivilDate today,
                             calendar_->Begin(callers_day));
  GARDEROBE_ASSIGN_OR_RETURN(const InstitutionPtr institution,
                             institutions_.Find(name, /*create=*/false));
  Expired result;
  RetentionStatement& statement = result.statement;
  {
    const MutexLock lock(&institution->mutex);
    GARDEROBE_RETURN_IF_ERROR(institutions_.EnsureLoaded(*institution));
    const int32_t cutoff = DayNumber(MonthsBefore(today, months));
    // Before anything goes, and also where the ceiling holds some of it back.
    GARDEROBE_RETURN_IF_ERROR(RememberRemovedBefore(store_, name, cutoff));
    auto expired = ExpireOlder(*institution,
                               {.today = DayNumber(today), .cutoff = cutoff});
    if (!expired.ok()) {
      institution->ledger.reset();  // it may have forgotten part of it
      return expired.status();
    }
    statement = *std::move(expired);
  }
  GARDEROBE_RETURN_IF_ERROR(store_.Sync());
  institutions_.EvictIdle();
  statement.months = static_cast<uint16_t>(months);
  statement.unix_seconds = UnixSeconds();
  result.signed_body = SignRetention(ReceiptSeedOf(keys_.signing), statement);
  return result;
}

absl::Status Retention::Release(const std::string& name, uint64_t more) {
  const int32_t today = DayNumber(calendar_->today());
  GARDEROBE_ASSIGN_OR_RETURN(const InstitutionPtr institution,
                             institutions_.Find(name, /*create=*/false));
  rocksdb::WriteBatch batch;
  {
    const MutexLock lock(&institution->mutex);
    GARDEROBE_RETURN_IF_ERROR(institutions_.EnsureLoaded(*institution));
    GARDEROBE_ASSIGN_OR_RETURN(Ceilings ceilings,
                               CeilingsOf(*institution, today));
    ceilings.visits.released += more;
    ceilings.relations.released += more;
    Put(*institution, ceilings, batch);
    GARDEROBE_RETURN_IF_ERROR(store_.Write(batch));
  }
  return store_.Sync();
}

absl::Status Retention::ListExpired(const v1::ListExpiredRequest& request,
                                    v1::ListExpiredResponse* response) {
  GARDEROBE_RETURN_IF_ERROR(calendar_->Begin(request.today()).status());
  {
    rocksdb::WriteBatch batch;
    GARDEROBE_RETURN_IF_ERROR(
        refused_.List(request.today(), kExpiredAtOnce, batch));
    GARDEROBE_RETURN_IF_ERROR(store_.Write(batch));
  }
  const auto it = store_.NewIterator(kExpired);
  size_t count = 0;
  for (it->SeekToFirst(); it->Valid() && count < kExpiredAtOnce; it->Next()) {
    if (it->key().size() != AggregatorHandle::kBytes ||
        it->value().size() != Sigma::kBytes) {
      return DataLoss("a relation that has expired is damaged");
    }
    response->mutable_handles()->append(AsView(it->key()));
    response->mutable_sigmas()->append(AsView(it->value()));
    ++count;
  }
  return FromRocks(it->status());
}

absl::Status Retention::ConfirmExpired(
    const v1::ConfirmExpiredRequest& request) {
  GARDEROBE_RETURN_IF_ERROR(calendar_->Begin(request.today()).status());
  const Column<AggregatorHandle> handles(request.handles());
  if (!handles.HasRows(handles.size()) || handles.size() > kExpiredAtOnce) {
    return InvalidArgument("handles: 16 bytes each, at most {}",
                           kExpiredAtOnce);
  }
  rocksdb::WriteBatch batch;
  for (size_t i = 0; i < handles.size(); ++i) {
    batch.Delete(store_.family(kExpired), AsSlice(handles[i].view()));
  }
  return store_.WriteAndSync(batch);
}

}  // namespace garderobe::aggregator
