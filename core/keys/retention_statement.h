// The aggregator's word on what is left of an institution after retention ran.
#ifndef GARDEROBE_CORE_KEYS_RETENTION_STATEMENT_H_
#define GARDEROBE_CORE_KEYS_RETENTION_STATEMENT_H_

#include "core/keys/receipt.h"

namespace garderobe {

struct RetentionStatement {
  std::string institution;
  uint16_t months = 0;
  int32_t cutoff = 0;  // what is of an earlier day is gone; since 2000-01-01
  uint64_t visits_removed = 0, relations_removed = 0;  // by this run
  uint64_t visits_left = 0;
  // Day of the oldest visit left, read from the store afterwards; INT32_MAX
  // when there is none.
  int32_t oldest = INT32_MAX;
  uint64_t unix_seconds = 0;
};

// body = "garderobe/retention/v1" 00 || LP(institution) || months (2) ||
//        cutoff (4) || visits removed (8) || relations removed (8) ||
//        visits left (8) || oldest (4) || Unix seconds (8)
SignedBody SignRetention(const ReceiptSeed& seed,
                         const RetentionStatement& statement);

// FailedPrecondition, one fixed text: not signed by `key`, or malformed.
[[nodiscard]] absl::StatusOr<RetentionStatement> VerifyRetention(
    const VerifyKey& key, std::string_view body, std::string_view signature);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_RETENTION_STATEMENT_H_
