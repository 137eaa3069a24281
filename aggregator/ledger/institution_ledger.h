// One institution's visits: which are live, and what they add up to.
//
// Everything in memory is a fold over the blocks on disk, in order: the last
// delivery of a visit id wins. A new batch is appended as a block; small
// blocks at the end are joined with it, so that n single visits cost
// n log n rows of writing. Nothing is updated in place.
//
// Not thread-safe: its owner locks. After a failed write it must be thrown
// away and loaded again, because it has already counted the batch.
#ifndef GARDEROBE_AGGREGATOR_LEDGER_INSTITUTION_LEDGER_H_
#define GARDEROBE_AGGREGATOR_LEDGER_INSTITUTION_LEDGER_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "aggregator/ledger/records.h"
#include "aggregator/ledger/visit_block.h"
#include "aggregator/ledger/visit_tally.h"
#include "core/catalogue/codes.h"
#include "core/store/store.h"
#include "garderobe/v1/mirror.pb.h"

namespace garderobe::aggregator {

class InstitutionLedger {
 public:
  // Reads all blocks. `store` outlives the ledger.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<InstitutionLedger>> Load(
      const Store& store, uint32_t institution);

  struct Applied {
    uint32_t accepted = 0;
    uint32_t replaced = 0;
  };
  // Adds the rows that are not refused to the ledger and their writes to
  // `batch`. `relations` are the rows' relation numbers.
  [[nodiscard]] absl::StatusOr<Applied> Append(
      VisitBatch visits, const std::vector<uint32_t>& relations,
      rocksdb::WriteBatch& batch);

  // Returns the relation number of a handle. Gives a new number when there is
  // none yet, and adds the write to `batch`.
  uint32_t FindOrAddRelation(const AggregatorHandle& handle,
                             rocksdb::WriteBatch& batch);

  // Nothing: never seen.
  std::optional<uint32_t> NumberOf(const AggregatorHandle& handle) const;
  struct Forgotten {
    uint64_t removed = 0;                     // live visits
    uint64_t held_back = 0;                   // live visits beyond a limit
    absl::flat_hash_set<uint32_t> relations;  // that still have visits
    uint64_t left = 0;                        // live visits that stay
    // Day of the oldest visit that stays; INT32_MAX when there is none.
    int32_t oldest = INT32_MAX;
  };
  // Adds the writes after which no block holds a visit of the relations. Reads
  // all blocks. The ledger must be thrown away afterwards, for it knows nothing
  // of it.
  [[nodiscard]] absl::StatusOr<Forgotten> Forget(
      const std::set<uint32_t>& relations, rocksdb::WriteBatch& batch) const;
  // The same of visits before a day, by event and by sale, whichever is later;
  // since 2000-01-01. The oldest go first, and not more than `limit`.
  [[nodiscard]] absl::StatusOr<Forgotten> ForgetBefore(
      int32_t day, uint64_t limit, rocksdb::WriteBatch& batch) const;
  // Handles of relations for which `has` is false.
  std::vector<AggregatorHandle> HandlesWithout(
      const std::function<bool(uint32_t relation)>& has) const;
  // It is as if never seen.
  void ForgetHandle(const AggregatorHandle& handle, rocksdb::WriteBatch& batch);
  // Live visits of one relation, counted or not.
  [[nodiscard]] absl::Status ForEachOf(
      uint32_t relation,
      const std::function<void(const VisitRow&, const Event&)>& visit) const;

  // Calls visit(row, event) for every live row that counts (neither cancelled
  // nor refunded). Reads the blocks.
  template <typename Visitor>
  [[nodiscard]] absl::Status ForEachCounted(Visitor visit) const {
    for (uint32_t number = 0; number < block_count_; ++number) {
      GARDEROBE_ASSIGN_OR_RETURN(const VisitBlock block, ReadBlock(number));
      for (uint32_t row = 0; row < block.rows.size(); ++row) {
        const VisitRow& r = block.rows[row];
        if (IsLive(block, number, row) &&
            Counts(static_cast<VisitStatus>(r.status))) {
          visit(r, events_[r.event]);
        }
      }
    }
    return absl::OkStatus();
  }

  // The visits that the institution could count by itself (docs/querying.md).
  v1::Mirror MakeMirror(const std::string& institution, uint64_t version) const;

  // Minutes since 2000-01-01; `end` exclusive.
  bool HasEventBetween(int64_t first, int64_t end) const {
    return std::any_of(events_.begin(), events_.end(), [&](const Event& event) {
      return event.starts_at >= first && event.starts_at < end;
    });
  }

  size_t live_visits() const { return index_.size(); }
  // About how much memory the ledger takes.
  size_t bytes() const {
    return index_.size() * 28 + relations_.size() * 40 + events_.size() * 312 +
           tally_.bytes();
  }

 private:
  // Block number (18 bits) and row (14 bits).
  using Locator = uint32_t;
  static Locator MakeLocator(uint32_t block, size_t row) {
    return block << 14 | static_cast<uint32_t>(row);
  }

  InstitutionLedger(const Store& store, uint32_t institution)
      : store_(store), institution_(institution) {}
  [[nodiscard]] absl::Status LoadAll();
  [[nodiscard]] absl::StatusOr<VisitBlock> ReadBlock(uint32_t number) const;
  bool IsLive(const VisitBlock& block, uint32_t number, uint32_t row) const {
    const auto found = index_.find(block.Key(row));
    return found != index_.end() && found->second == MakeLocator(number, row);
  }
  enum class Fate { kStays, kGoes };
  // Adds writes to `batch` that delete every delivery of the visits in `gone`
  // and apply `fate` to all other rows. `fate` must not return kGoes for a live
  // row outside `gone`: an earlier delivery of that visit would count again.
  [[nodiscard]] absl::StatusOr<Forgotten> ForgetRows(
      const absl::flat_hash_set<uint64_t>& gone,
      const std::function<Fate(const VisitRow&, bool is_live)>& fate,
      rocksdb::WriteBatch& batch) const;
  int32_t LatestDayOf(const VisitRow& row) const;
  uint32_t EventNumber(Event event, rocksdb::WriteBatch& batch);
  void AddEvent(Event event);
  // Takes rows of stored blocks out of the counts.
  [[nodiscard]] absl::Status Uncount(std::vector<Locator> rows);
  // Takes live blocks off the end while they are no larger than what is to be
  // written; their rows come first in the result.
  [[nodiscard]] absl::StatusOr<VisitBlock> TakeSmallTail(
      size_t rows, rocksdb::WriteBatch& batch);

  const Store& store_;
  const uint32_t institution_;
  uint32_t block_count_ = 0;
  std::vector<uint32_t> block_rows_;  // rows of each block, dead ones included
  absl::flat_hash_map<uint64_t, Locator> index_;  // by VisitBlock::Key
  absl::flat_hash_map<AggregatorHandle, uint32_t> relations_;
  uint32_t next_relation_ = 1;  // 0 is nobody
  std::vector<Event> events_;
  absl::flat_hash_map<std::string, uint32_t> event_numbers_;  // by Encode
  VisitTally tally_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_LEDGER_INSTITUTION_LEDGER_H_
