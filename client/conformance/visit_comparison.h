// The visits that came, beside those of the file.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_VISIT_COMPARISON_H_
#define GARDEROBE_CLIENT_CONFORMANCE_VISIT_COMPARISON_H_

#include <vector>

#include "client/conformance/differences.h"
#include "client/conformance/expected.h"
#include "client/conformance/opened_batch.h"

namespace garderobe::client::conformance {

// Errors of Expected::ForEachLine.
[[nodiscard]] absl::Status CompareVisits(
    const Expected& expected, const std::vector<OpenedVisits>& delivered,
    Differences* differences);

std::vector<const Rule*> VisitRules();

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_VISIT_COMPARISON_H_
