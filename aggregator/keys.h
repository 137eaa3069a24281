// The aggregator's keys: z for pseudonyms, the X25519 key that clients seal
// to, and what signs its parameters.
#ifndef GARDEROBE_AGGREGATOR_KEYS_H_
#define GARDEROBE_AGGREGATOR_KEYS_H_

#include <string>

#include "core/conversion/scalars.h"
#include "core/keys/parameter_issue.h"

namespace garderobe::aggregator {

struct AggregatorKeys {
  PseudonymScalar pseudonym;
  SealingSecretKey sealing;
  SigningSeed signing;
  StoredIssue issue;

  uint32_t epoch() const { return issue.issue.epoch; }

  // Writes fresh keys, and the first issue of the parameters, into `directory`.
  // AlreadyExists: there are keys.
  [[nodiscard]] static absl::Status Generate(const std::string& directory);
  [[nodiscard]] static absl::StatusOr<AggregatorKeys> Read(
      const std::string& directory);
  // Z with its proof of possession, the sealing key, and that of receipts.
  Parameters Public() const;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_KEYS_H_
