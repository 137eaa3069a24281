// Remembers the day before which retention has removed visits. A period that
// begins earlier can't be counted any more, whatever the register says now.
#ifndef GARDEROBE_AGGREGATOR_LEDGER_REMOVED_BEFORE_H_
#define GARDEROBE_AGGREGATOR_LEDGER_REMOVED_BEFORE_H_

#include <cstdint>
#include <string_view>

#include "core/base/status.h"
#include "core/store/store.h"

namespace garderobe::aggregator {

// Days since 2000-01-01. INT32_MIN: retention has never removed anything.
// DataLoss: the record is damaged.
[[nodiscard]] absl::StatusOr<int32_t> RemovedBefore(
    const Store& store, std::string_view institution);

// Visits before `day` may be gone from now on; an earlier day than the one
// that is kept changes nothing. Call it before they are removed. Not synced:
// the removal's own sync comes after it.
[[nodiscard]] absl::Status RememberRemovedBefore(Store& store,
                                                 std::string_view institution,
                                                 int32_t day);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_LEDGER_REMOVED_BEFORE_H_
