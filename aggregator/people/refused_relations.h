// Relations that the vault has, for its rows go before the aggregator is asked,
// and that the aggregator refused: a row against the rules, a batch that no
// author has signed. Retention would never remove them, for it goes by what is
// stored here. Two days later they join the relations that the vault has yet to
// remove (kExpired), unless they were delivered again meanwhile.
#ifndef GARDEROBE_AGGREGATOR_PEOPLE_REFUSED_RELATIONS_H_
#define GARDEROBE_AGGREGATOR_PEOPLE_REFUSED_RELATIONS_H_

#include "aggregator/ledger/records.h"

namespace garderobe::aggregator {

// Not thread-safe in what it reads and then writes: its owner locks. `store`
// outlives it. In kMeta: "refused/" and the handle (16); sigma (32), day (4).
class RefusedRelations {
 public:
  // A batch that is delivered again must not be at the vault when its rows are
  // removed there.
  static constexpr int32_t kWaitDays = 2;
  explicit RefusedRelations(Store& store) : store_(store) {}

  // Into `batch`. `today` since 2000-01-01.
  void Note(const AggregatorHandle& handle, const Sigma& sigma, int32_t today,
            rocksdb::WriteBatch& batch) const;
  // It is stored now.
  void Forget(const AggregatorHandle& handle, rocksdb::WriteBatch& batch) const;
  // Puts those that have waited on the list of kExpired, in `batch`, at most
  // `most`. DataLoss.
  [[nodiscard]] absl::Status List(int32_t today, size_t most,
                                  rocksdb::WriteBatch& batch) const;

 private:
  Store& store_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PEOPLE_REFUSED_RELATIONS_H_
