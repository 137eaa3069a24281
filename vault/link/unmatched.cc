#include "vault/link/unmatched.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/retention/retention_months.h"
#include "vault/link/link_transaction.h"
#include "vault/link/linker.h"

namespace garderobe::vault {
namespace {

int32_t MonthOf(const CivilDate& day) { return 12 * day.year + day.month - 1; }

}  // namespace

absl::Status Linker::NoteUnmatched(RelationId id) {
  std::string month;
  PutBigEndian(month,
               static_cast<uint32_t>(MonthOf(retention_calendar_->today())));
  rocksdb::WriteBatch batch;
  batch.Put(store_->family(kMeta), UnmatchedKey(id), month);
  return store_->Write(batch);
}

void Linker::ForgetUnmatched(RelationId id, rocksdb::WriteBatch& batch) const {
  batch.Delete(store_->family(kMeta), UnmatchedKey(id));
}

absl::StatusOr<bool> Linker::IsMatched(RelationId id) const {
  LinkTransaction look = NewTransaction(LinkPurpose::kLook);
  GARDEROBE_ASSIGN_OR_RETURN(const auto person, look.PersonOf(id));
  for (RelationId other : person) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               look.Relation(other));
    if (!relation->nowhere()) return true;
  }
  return false;
}

absl::StatusOr<size_t> Linker::EndUnmatched() {
  GARDEROBE_ASSIGN_OR_RETURN(const CivilDate today,
                             retention_calendar_->Check(std::nullopt));
  size_t ended = 0;
  {
    const MutexLock lock(&mutex_);
    std::vector<RelationId> over;
    const auto it = store_->NewIterator(kMeta);
    for (it->Seek(AsSlice(kUnmatchedPrefix));
         it->Valid() && it->key().starts_with(AsSlice(kUnmatchedPrefix));
         it->Next()) {
      if (it->key().size() != kUnmatchedPrefix.size() + 8 ||
          it->value().size() != 4) {
        return Damaged();
      }
      const auto month =
          static_cast<int32_t>(GetBigEndian<uint32_t>(it->value().data()));
      if (MonthOf(today) - month > static_cast<int32_t>(kRetentionMonthsMax)) {
        over.push_back(GetBigEndian<RelationId>(it->key().data() +
                                                kUnmatchedPrefix.size()));
      }
    }
    GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
    for (RelationId id : over) {
      GARDEROBE_ASSIGN_OR_RETURN(const bool is_matched, IsMatched(id));
      if (is_matched) continue;
      GARDEROBE_RETURN_IF_ERROR(
          RemoveOf({id}, /*objecting=*/true, /*tell=*/false));
      // Also what stands for a relation that was never written.
      rocksdb::WriteBatch batch;
      ForgetUnmatched(id, batch);
      GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
      ++ended;
    }
  }
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return ended;
}

}  // namespace garderobe::vault
