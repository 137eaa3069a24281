// What the rights of visitors change of an institution's visits.
#include "absl/container/flat_hash_set.h"
#include "aggregator/institution_ledger.h"

namespace garderobe::aggregator {

std::optional<uint32_t> InstitutionLedger::NumberOf(
    const AggregatorHandle& handle) const {
  const auto found = relations_.find(handle);
  if (found == relations_.end()) return std::nullopt;
  return found->second;
}

absl::StatusOr<InstitutionLedger::Forgotten> InstitutionLedger::Forget(
    const std::set<uint32_t>& relations, bool keep_visits,
    rocksdb::WriteBatch& batch) const {
  Forgotten forgotten;
  if (relations.empty()) return forgotten;
  // Earlier deliveries of a visit that goes would count again: they go, too.
  absl::flat_hash_set<uint64_t> gone;
  for (uint32_t number = 0; number < block_count_; ++number) {
    GARDEROBE_ASSIGN_OR_RETURN(const VisitBlock block, ReadBlock(number));
    for (uint32_t row = 0; row < block.rows.size(); ++row) {
      if (!relations.contains(block.rows[row].relation) ||
          !IsLive(block, number, row)) {
        continue;
      }
      ++(keep_visits ? forgotten.unlinked : forgotten.removed);
      if (!keep_visits) gone.insert(block.Key(row));
    }
  }
  for (uint32_t number = 0; number < block_count_; ++number) {
    GARDEROBE_ASSIGN_OR_RETURN(const VisitBlock block, ReadBlock(number));
    VisitBlock left;
    bool changed = false;
    for (uint32_t row = 0; row < block.rows.size(); ++row) {
      VisitRow visit = block.rows[row];
      const bool concerned = relations.contains(visit.relation);
      changed |= concerned;
      if (concerned && keep_visits) {
        visit.relation = 0;
      } else if (concerned || gone.contains(block.Key(row))) {
        changed = true;
        continue;
      }
      left.visit_ids.append(block.visit_ids, row * 16, 16);
      left.rows.push_back(visit);
    }
    // A block without rows keeps its number.
    if (changed) {
      batch.Put(store_.family(kBlocks), KeyOf(institution_, number),
                EncodeBlock(left));
    }
  }
  return forgotten;
}

void InstitutionLedger::SetNobody(const AggregatorHandle& handle,
                                  rocksdb::WriteBatch& batch) {
  relations_[handle] = 0;
  batch.Put(store_.family(kHandles), HandleKey(institution_, handle),
            Number(uint32_t{0}));
}

void InstitutionLedger::ForgetHandle(const AggregatorHandle& handle,
                                     rocksdb::WriteBatch& batch) {
  relations_.erase(handle);
  batch.Delete(store_.family(kHandles), HandleKey(institution_, handle));
}

absl::Status InstitutionLedger::ForEachOf(
    uint32_t relation,
    const std::function<void(const VisitRow&, const Event&)>& visit) const {
  for (uint32_t number = 0; number < block_count_; ++number) {
    GARDEROBE_ASSIGN_OR_RETURN(const VisitBlock block, ReadBlock(number));
    for (uint32_t row = 0; row < block.rows.size(); ++row) {
      if (block.rows[row].relation == relation && IsLive(block, number, row)) {
        visit(block.rows[row], events_[block.rows[row].event]);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace garderobe::aggregator
