// An institution's own customers, counted: each handle once a period, by one
// attribute at a time (docs/querying.md). Nothing here knows persons, so
// nothing that happens at other institutions changes a figure.
#ifndef GARDEROBE_AGGREGATOR_MIRROR_CUSTOMER_COUNT_H_
#define GARDEROBE_AGGREGATOR_MIRROR_CUSTOMER_COUNT_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "aggregator/ledger/records.h"
#include "garderobe/v1/mirror.pb.h"

namespace garderobe::aggregator {

// A visit that counts, of a handle.
struct CustomerVisit {
  uint32_t relation = 0;  // number, not 0
  int32_t day = 0;        // of the event, since 2000-01-01
  int32_t price_cents = 0;
  uint8_t genre = 0, channel = 0;  // core/catalogue/codes.h
};

struct CustomerCountRules {
  int32_t today = 0;  // day since 2000-01-01
  // Whether what was delivered reaches from the day `first` to before the day
  // `end`.
  std::function<bool(int32_t first, int32_t end)> is_covered;
};

// Splits by attributes, loyalty among them, are told only of periods with so
// many customers, or addresses.
inline constexpr uint64_t kCustomersToldMin = 10;
// Months before a period that tell who is new in it.
inline constexpr int kLookBackMonths = 24;

// Counts them. `relations` by number, as far as they are stored; of a handle
// without one nothing but its visits is known. The result has neither
// institution nor version.
v1::CustomerMirror CountCustomers(
    std::vector<CustomerVisit> visits,
    const absl::flat_hash_map<uint32_t, Relation>& relations,
    const CustomerCountRules& rules);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_MIRROR_CUSTOMER_COUNT_H_
