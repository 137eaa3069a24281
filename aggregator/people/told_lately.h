// What rounds have said lately of relations: rights, and whose they are.
//
// A batch may be at the TTP for hours, until all of its rows have had their
// crowds, and a round may overtake it. What the round said holds then, although
// the batch comes later with the person that the relation had before.
#ifndef GARDEROBE_AGGREGATOR_PEOPLE_TOLD_LATELY_H_
#define GARDEROBE_AGGREGATOR_PEOPLE_TOLD_LATELY_H_

#include <cstdint>
#include <optional>

#include "core/group/element.h"
#include "core/keys/round_statement.h"
#include "core/store/store.h"

namespace garderobe::aggregator {

// What the last round said of a relation.
struct Told {
  RoundAction action = RoundAction::kNone;
  Element person;  // with kLink
  friend bool operator==(const Told&, const Told&) = default;
};

// Not thread-safe: its owner locks. `store` outlives it. One key for each
// relation in kMeta: "told/" and BLAKE2b-256("garderobe/told/v1" 00 ||
// reference), for the reference itself is erased; number of the round (8),
// action (1), day (4), and with kLink the person (32).
class ToldLately {
 public:
  // Longer than any batch is at the TTP.
  static constexpr int32_t kKeptDays = 2;
  explicit ToldLately(Store& store) : store_(store) {}

  // Puts into `batch` what the round of this number says of the relation, and
  // replaces what an earlier one said. `today` since 2000-01-01.
  void Note(const Element& reference, const Told& told, uint64_t number,
            int32_t today, rocksdb::WriteBatch& batch) const;
  // Returns what the last round after `answered_after` said of the relation;
  // kNone: no such round spoke of it. DataLoss: the record is damaged.
  [[nodiscard]] absl::StatusOr<Told> After(const Element& reference,
                                           uint64_t answered_after) const;
  // Takes a link that was told out, in `batch`: the relation is erased here. A
  // right that was told stays. Thread-safe. DataLoss: the record is damaged.
  [[nodiscard]] static absl::Status DropLink(const Store& store,
                                             const Element& reference,
                                             rocksdb::WriteBatch& batch);
  // Takes what is older than kKeptDays out, in `batch`, once a day.
  [[nodiscard]] absl::Status Forget(int32_t today, rocksdb::WriteBatch& batch);

 private:
  Store& store_;
  std::optional<int32_t> forgotten_on_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PEOPLE_TOLD_LATELY_H_
