// Handles and visit ids as somebody may have made them otherwise.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_ID_VARIANTS_H_
#define GARDEROBE_CLIENT_CONFORMANCE_ID_VARIANTS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "client/conformance/expected.h"
#include "client/conformance/rule.h"

namespace garderobe::client::conformance {

// Which line of the file an id is of, by which other rule.
struct OtherId {
  uint64_t line;
  const Rule* rule;
  std::string right;  // what the right rule makes of the same, 16 bytes
};
using OtherIds = absl::flat_hash_map<std::string, OtherId>;

using UnknownIds = absl::flat_hash_set<std::string>;  // 16 bytes each

// Those of `unknown` that one of the other rules makes of the file. Errors of
// Expected::ForEachLine.
[[nodiscard]] absl::StatusOr<OtherIds> ExplainHandles(
    const Expected& expected, const UnknownIds& unknown);
[[nodiscard]] absl::StatusOr<OtherIds> ExplainVisitIds(
    const Expected& expected, const UnknownIds& unknown);

std::vector<const Rule*> IdRules();

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_ID_VARIANTS_H_
