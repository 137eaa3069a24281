// The aggregator's word on what is left of an institution after retention ran.
#ifndef GARDEROBE_CORE_KEYS_RETENTION_STATEMENT_H_
#define GARDEROBE_CORE_KEYS_RETENTION_STATEMENT_H_

#include <string>
#include <string_view>

#include "core/keys/receipt.h"

namespace garderobe {

struct RetentionStatement {
  std::string institution;
  uint16_t months = 0;
  // Visits before this day were removed or held back. Days since 2000-01-01.
  int32_t cutoff = 0;
  uint64_t visits_removed = 0, relations_removed = 0;  // by this run
  // What is old enough and stays until another day, for only so much is removed
  // in one.
  uint64_t visits_held_back = 0, relations_held_back = 0;
  uint64_t visits_left = 0;  // held back or not
  // Day of the oldest visit left, read from the store afterwards; INT32_MAX
  // when there is none.
  int32_t oldest = INT32_MAX;
  uint64_t unix_seconds = 0;
};

// body = "garderobe/retention/v2" 00 || LP(institution) || months (2) ||
//        cutoff (4) || visits removed (8) || relations removed (8) ||
//        visits held back (8) || relations held back (8) || visits left (8) ||
//        oldest (4) || Unix seconds (8)
SignedBody SignRetention(const ReceiptSeed& seed,
                         const RetentionStatement& statement);

// FailedPrecondition, one fixed text: not signed by `key`, or malformed.
[[nodiscard]] absl::StatusOr<RetentionStatement> VerifyRetention(
    const VerifyKey& key, std::string_view body, std::string_view signature);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_RETENTION_STATEMENT_H_
