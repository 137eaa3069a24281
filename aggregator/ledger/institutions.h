// Which institutions have delivered, and the lock of each.
//
// The order of the aggregator's locks: the table's own, or a round's
// (people/rounds.h); then an institution's; then that of people
// (people/people.h); then that of the streams (ledger/feed_gate.h). Nothing
// syncs under any of them.
#ifndef GARDEROBE_AGGREGATOR_LEDGER_INSTITUTIONS_H_
#define GARDEROBE_AGGREGATOR_LEDGER_INSTITUTIONS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "aggregator/ledger/institution_ledger.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/store/store.h"

namespace garderobe::aggregator {

// One institution. Its ledger is loaded when it is first needed.
struct Institution {
  std::string name;
  uint32_t number = 0;
  uint64_t last_used = 0;  // guarded by the table's lock
  Mutex mutex;
  std::unique_ptr<InstitutionLedger> ledger ABSL_GUARDED_BY(mutex);
  uint64_t version ABSL_GUARDED_BY(mutex) = 0;  // of its mirror
};
using InstitutionPtr = std::shared_ptr<Institution>;

// Thread-safe.
class InstitutionTable {
 public:
  // `store` outlives the table. `ledger_bytes_max`: of ledgers that are kept in
  // memory between calls.
  InstitutionTable(Store& store, size_t ledger_bytes_max)
      : store_(store), ledger_bytes_max_(ledger_bytes_max) {}

  // Reads the names, once. DataLoss: a record is damaged.
  [[nodiscard]] absl::Status Load();
  // `create` for a first delivery; NotFound otherwise.
  [[nodiscard]] absl::StatusOr<InstitutionPtr> Find(const std::string& name,
                                                    bool create);
  std::vector<std::string> Names();
  std::map<uint32_t, std::string> NamesByNumber();
  // Drops the ledgers that were used longest ago, until the others fit.
  void EvictIdle();

  [[nodiscard]] absl::Status EnsureLoaded(Institution& institution)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex);
  // Puts into `batch` that the institution's mirror has changed.
  void PutChanged(Institution& institution, rocksdb::WriteBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex);
  // Writes `batch`; on an error the ledger is thrown away, because it has
  // counted what is not stored.
  [[nodiscard]] absl::Status Write(Institution& institution,
                                   rocksdb::WriteBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex);

 private:
  Store& store_;
  const size_t ledger_bytes_max_;
  // Taken before an institution's lock, never after.
  Mutex mutex_;
  std::map<std::string, InstitutionPtr> institutions_ ABSL_GUARDED_BY(mutex_);
  uint32_t next_institution_ ABSL_GUARDED_BY(mutex_) = 1;
  uint64_t uses_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_LEDGER_INSTITUTIONS_H_
