// Retention, on links that are stored.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "vault/link/link_transaction.h"
#include "vault/link/linker.h"

namespace garderobe::vault {
namespace {

constexpr std::string_view kLastRunKey = "retention-day/v1";
constexpr std::string_view kCeilingKey = "retention/v1";

CivilDate DateAt(uint64_t unix_seconds) {
  constexpr int32_t kDays2000 = 10957;
  return FromDayNumber(static_cast<int32_t>(unix_seconds / 86400) - kDays2000);
}

}  // namespace

absl::Status Linker::OpenCalendar() {
  std::optional<int32_t> last_run;
  const auto kept = store_->Get(kMeta, kLastRunKey);
  if (kept.ok()) {
    if (kept->size() != 4) return Damaged();
    last_run = static_cast<int32_t>(GetBigEndian<uint32_t>(kept->data()));
  } else if (kept.status().code() != absl::StatusCode::kNotFound) {
    return kept.status();
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      retention_calendar_,
      RunCalendar::Create(
          last_run, [this] { return DateAt(clock_()); },
          [this](int32_t day) -> absl::Status {
            std::string value;
            PutBigEndian(value, static_cast<uint32_t>(day));
            rocksdb::WriteBatch batch;
            batch.Put(store_->family(kMeta), AsSlice(kLastRunKey), value);
            return store_->WriteAndSync(batch);
          }));
  return absl::OkStatus();
}

absl::StatusOr<RemovalCeiling> Linker::CeilingOf(int32_t today) const {
  RemovalCeiling ceiling;
  const auto stored = store_->Get(kMeta, kCeilingKey);
  if (stored.ok()) {
    if (!Decode(*stored, &ceiling)) return Damaged();
    if (ceiling.CountsFor(today)) return ceiling;
  } else if (stored.status().code() != absl::StatusCode::kNotFound) {
    return stored.status();
  }
  return RemovalCeiling{.day = today, .held = counts_.relations};
}

absl::Status Linker::Put(const RemovalCeiling& ceiling) {
  rocksdb::WriteBatch batch;
  batch.Put(store_->family(kMeta), AsSlice(kCeilingKey), Encode(ceiling));
  return store_->Write(batch);
}

absl::StatusOr<Linker::RemovedAged> Linker::RemoveAged(
    const std::vector<VaultHandle>& relations, int32_t callers_day) {
  GARDEROBE_ASSIGN_OR_RETURN(const CivilDate today,
                             retention_calendar_->Begin(callers_day));
  std::set<RelationId> removed;
  RemovedAged result;
  {
    const MutexLock lock(&mutex_);
    GARDEROBE_ASSIGN_OR_RETURN(RemovalCeiling ceiling,
                               CeilingOf(DayNumber(today)));
    LinkTransaction transaction = NewTransaction();
    for (const VaultHandle& handle : relations) {
      GARDEROBE_ASSIGN_OR_RETURN(const RelationId id, transaction.IdOf(handle));
      GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                                 transaction.Relation(id));
      if (relation->stored && !relation->objects && !removed.contains(id)) {
        if (ceiling.left() == 0) break;
        removed.insert(id);
        ++ceiling.removed;
      }
      ++result.taken;
    }
    if (removed.empty()) return result;
    // Counted before it is done: whatever goes wrong in between gives nothing
    // twice.
    GARDEROBE_RETURN_IF_ERROR(Put(ceiling));
    GARDEROBE_RETURN_IF_ERROR(
        transaction.Remove({removed.begin(), removed.end()}));
    GARDEROBE_RETURN_IF_ERROR(transaction.Link());
    GARDEROBE_RETURN_IF_ERROR(Commit(transaction, removed));
  }
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  result.removed = static_cast<uint32_t>(removed.size());
  return result;
}

absl::Status Linker::ReleaseRetention(uint64_t more) {
  {
    const MutexLock lock(&mutex_);
    GARDEROBE_ASSIGN_OR_RETURN(
        RemovalCeiling ceiling,
        CeilingOf(DayNumber(retention_calendar_->today())));
    ceiling.released += more;
    GARDEROBE_RETURN_IF_ERROR(Put(ceiling));
  }
  return store_->Sync();
}

}  // namespace garderobe::vault
