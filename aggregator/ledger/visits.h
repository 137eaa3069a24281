// Visits that the TTP forwards: opened, checked, stored, answered.
#ifndef GARDEROBE_AGGREGATOR_LEDGER_VISITS_H_
#define GARDEROBE_AGGREGATOR_LEDGER_VISITS_H_

#include <cstdint>

#include "aggregator/door/batch_door.h"
#include "aggregator/ledger/feed_gate.h"
#include "aggregator/ledger/institutions.h"
#include "core/base/status.h"
#include "core/store/store.h"
#include "garderobe/v1/aggregator.pb.h"

namespace garderobe::aggregator {

// Thread-safe.
class Visits {
 public:
  // All outlive it.
  Visits(Store& store, InstitutionTable& institutions, FeedGate& feeds,
         const BatchDoor& door)
      : store_(store),
        institutions_(institutions),
        feeds_(feeds),
        door_(door) {}

  // Errors and durability as in aggregator.proto. `registered` is the
  // aggregator's own register: who may be the author of what; a batch of
  // anybody else is refused with Refusal (door/author_check.h).
  // `agreed_from`: of ReadVisitBatch.
  [[nodiscard]] absl::StatusOr<v1::BatchOutcome> Take(
      v1::StoreVisitsRequest request, const Institutions& registered,
      int32_t agreed_from);

 private:
  Store& store_;
  InstitutionTable& institutions_;
  FeedGate& feeds_;
  const BatchDoor& door_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_LEDGER_VISITS_H_
