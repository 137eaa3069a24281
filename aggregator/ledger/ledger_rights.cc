// What the rights of visitors change of an institution's visits.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "aggregator/ledger/institution_ledger.h"
#include "core/base/columns.h"
#include "core/sealing/handles.h"

namespace garderobe::aggregator {

std::optional<uint32_t> InstitutionLedger::NumberOf(
    const AggregatorHandle& handle) const {
  const auto found = relations_.find(handle);
  if (found == relations_.end()) return std::nullopt;
  return found->second;
}

absl::StatusOr<InstitutionLedger::Forgotten> InstitutionLedger::Forget(
    const std::set<uint32_t>& relations, rocksdb::WriteBatch& batch) const {
  if (relations.empty()) return Forgotten();
  absl::flat_hash_set<uint64_t> gone;
  for (uint32_t number = 0; number < block_count_; ++number) {
    GARDEROBE_ASSIGN_OR_RETURN(const VisitBlock block, ReadBlock(number));
    for (uint32_t row = 0; row < block.rows.size(); ++row) {
      if (relations.contains(block.rows[row].relation) &&
          IsLive(block, number, row)) {
        gone.insert(block.Key(row));
      }
    }
  }
  return ForgetRows(
      gone,
      [&](const VisitRow& row, bool) {
        return relations.contains(row.relation) ? Fate::kGoes : Fate::kStays;
      },
      batch);
}

int32_t InstitutionLedger::LatestDayOf(const VisitRow& row) const {
  const auto day = [](int32_t time, int32_t a_day) {
    return (time >= 0 ? time : time - a_day + 1) / a_day;
  };
  const int32_t starts = day(events_[row.event].starts_at, 1440);
  return row.sold_at == kUnknownTime ? starts
                                     : std::max(starts, day(row.sold_at, 24));
}

absl::StatusOr<InstitutionLedger::Forgotten> InstitutionLedger::ForgetBefore(
    int32_t day, uint64_t limit, rocksdb::WriteBatch& batch) const {
  // Keeps the `limit` oldest visits seen so far; the youngest of them is on
  // top. Among visits of one day those that were stored first count as older.
  struct Old {
    int32_t day;
    uint64_t place, key;
    bool operator<(const Old& other) const {
      return std::tie(day, place) < std::tie(other.day, other.place);
    }
  };
  std::priority_queue<Old> oldest;
  uint64_t old = 0;
  for (uint32_t number = 0; number < block_count_; ++number) {
    GARDEROBE_ASSIGN_OR_RETURN(const VisitBlock block, ReadBlock(number));
    for (uint32_t row = 0; row < block.rows.size(); ++row) {
      const int32_t latest_day = LatestDayOf(block.rows[row]);
      if (latest_day >= day || !IsLive(block, number, row)) continue;
      oldest.push({latest_day, old++, block.Key(row)});
      if (oldest.size() > limit) oldest.pop();
    }
  }
  absl::flat_hash_set<uint64_t> gone;
  gone.reserve(oldest.size());
  for (; !oldest.empty(); oldest.pop()) gone.insert(oldest.top().key);
  const uint64_t held_back = old - gone.size();
  GARDEROBE_ASSIGN_OR_RETURN(Forgotten forgotten,
                             ForgetRows(
                                 gone,
                                 [&](const VisitRow& row, bool is_live) {
                                   return !is_live && LatestDayOf(row) < day
                                              ? Fate::kGoes
                                              : Fate::kStays;
                                 },
                                 batch));
  forgotten.held_back = held_back;
  return forgotten;
}

std::vector<AggregatorHandle> InstitutionLedger::HandlesWithout(
    const std::function<bool(uint32_t)>& has) const {
  std::vector<AggregatorHandle> handles;
  for (const auto& [handle, relation] : relations_) {
    if (!has(relation)) handles.push_back(handle);
  }
  return handles;
}

absl::StatusOr<InstitutionLedger::Forgotten> InstitutionLedger::ForgetRows(
    const absl::flat_hash_set<uint64_t>& gone,
    const std::function<Fate(const VisitRow&, bool is_live)>& fate,
    rocksdb::WriteBatch& batch) const {
  Forgotten forgotten;
  for (uint32_t number = 0; number < block_count_; ++number) {
    GARDEROBE_ASSIGN_OR_RETURN(const VisitBlock block, ReadBlock(number));
    VisitBlock left;
    bool changed = false;
    const Column<VisitId> ids(block.visit_ids);
    for (uint32_t row = 0; row < block.rows.size(); ++row) {
      const VisitRow& visit = block.rows[row];
      const bool is_live = IsLive(block, number, row);
      const Fate row_fate = fate(visit, is_live);
      if (row_fate == Fate::kGoes || gone.contains(block.Key(row))) {
        forgotten.removed += is_live;
        changed = true;
        continue;
      }
      if (is_live) {
        if (visit.relation != 0) forgotten.relations.insert(visit.relation);
        ++forgotten.left;
        forgotten.oldest = std::min(forgotten.oldest, LatestDayOf(visit));
      }
      left.visit_ids += ids[row].view();
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
