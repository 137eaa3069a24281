// The relations that came, beside the customers of the file: token by token.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_RELATION_COMPARISON_H_
#define GARDEROBE_CLIENT_CONFORMANCE_RELATION_COMPARISON_H_

#include <functional>
#include <vector>

#include "client/conformance/differences.h"
#include "client/conformance/expected.h"
#include "client/conformance/opened_batch.h"
#include "client/conformance/party_keys.h"

namespace garderobe::client::conformance {

// Expensive: public-key operations. `progress` gets the rows that are compared.
// Errors of Expected::ForEachLine.
[[nodiscard]] absl::Status CompareRelations(
    const PartyKeys& keys, const Expected& expected,
    const std::vector<OpenedRelations>& delivered,
    const std::function<void(uint64_t rows)>& progress,
    Differences* differences);

std::vector<const Rule*> RelationRules();

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_RELATION_COMPARISON_H_
