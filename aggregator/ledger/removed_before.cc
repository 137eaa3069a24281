#include "aggregator/ledger/removed_before.h"

#include <string>

#include "aggregator/ledger/records.h"

namespace garderobe::aggregator {
namespace {

std::string Key(std::string_view institution) {
  return "removed-before/" + std::string(institution);
}

}  // namespace

absl::StatusOr<int32_t> RemovedBefore(const Store& store,
                                      std::string_view institution) {
  const auto stored = store.Get(kMeta, Key(institution));
  if (stored.status().code() == absl::StatusCode::kNotFound) return INT32_MIN;
  GARDEROBE_RETURN_IF_ERROR(stored.status());
  if (stored->size() != 4) return DataLoss("a day of retention is damaged");
  return static_cast<int32_t>(GetBigEndian<uint32_t>(stored->data()));
}

absl::Status RememberRemovedBefore(Store& store, std::string_view institution,
                                   int32_t day) {
  GARDEROBE_ASSIGN_OR_RETURN(const int32_t known,
                             RemovedBefore(store, institution));
  if (day <= known) return absl::OkStatus();
  rocksdb::WriteBatch batch;
  batch.Put(store.family(kMeta), Key(institution),
            Number(static_cast<uint32_t>(day)));
  return store.Write(batch);
}

}  // namespace garderobe::aggregator
