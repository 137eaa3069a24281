// The aggregator's keys: z for pseudonyms, the X25519 key that clients seal
// to, and what signs its parameters.
#ifndef GARDEROBE_AGGREGATOR_KEYS_H_
#define GARDEROBE_AGGREGATOR_KEYS_H_

#include "core/group/element.h"
#include "core/keys/parameters.h"

namespace garderobe::aggregator {

using PseudonymScalar = SecretScalar<struct PseudonymScalarRole>;  // z

struct AggregatorKeys {
  PseudonymScalar pseudonym;
  SealingSecretKey sealing;
  SigningSeed signing;

  static constexpr uint32_t kEpoch = 1;

  // Writes fresh keys into `directory`. AlreadyExists: there are keys.
  [[nodiscard]] static absl::Status Generate(const std::string& directory);
  [[nodiscard]] static absl::StatusOr<AggregatorKeys> Read(
      const std::string& directory);
  AggregatorParameters Public() const;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_KEYS_H_
