// One customer as it is delivered: identifiers in normal form, and the coarse
// attributes that go to the aggregator.
#ifndef GARDEROBE_CLIENT_DELIVERED_CUSTOMER_H_
#define GARDEROBE_CLIENT_DELIVERED_CUSTOMER_H_

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "core/base/civil_time.h"
#include "core/identifiers/match_keys.h"
#include "core/identifiers/person.h"
#include "core/sealing/handles.h"

namespace garderobe::client {

struct Customer {
  Handle handle;
  Identifiers identifiers;
  uint16_t pc4 = 0;         // first digits of a Dutch postcode; 0 unknown
  uint16_t birth_year = 0;  // 0 unknown
};

// What was seen of the identifiers, for reports: never a value.
struct IdentityFindings {
  std::array<uint64_t, kKindCount> usable{};  // by kind
  std::map<std::string, uint64_t> refused;    // by reason
};

// Normalises what was written of a customer, UTF-8; a value that is no
// identifier is left out and counted in `findings` when that is given.
// `own_domains` are those of NormaliseEmail. Thread-safe.
Customer ReadCustomer(const RawPerson& written, const Handle& handle,
                      std::span<const std::string> own_domains,
                      const CivilDate& today,
                      IdentityFindings* findings = nullptr);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_DELIVERED_CUSTOMER_H_
