// Column by column, what one visit says otherwise than another.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_VISIT_COLUMNS_H_
#define GARDEROBE_CLIENT_CONFORMANCE_VISIT_COLUMNS_H_

#include <functional>
#include <string>
#include <vector>

#include "client/conformance/opened_batch.h"
#include "client/conformance/rule.h"

namespace garderobe::client::conformance {

// A column, by its name in docs/clients.md, and the rule that explains what
// came; `detail` holds codes, minutes and counts at most.
using FoundColumn = std::function<void(const char* column, const Rule& rule,
                                       std::string detail)>;

// Calls `found` for each column that differs, but for the handle.
void CompareColumns(const VisitValues& expected, const VisitValues& delivered,
                    const FoundColumn& found);

std::vector<const Rule*> VisitColumnRules();

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_VISIT_COLUMNS_H_
