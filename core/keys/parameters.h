// Public parameters of a party: what it publishes, signs with Ed25519, and
// clients pin (protocol.md, 2).
//
// The signed body, stored and signed, never change:
//   "garderobe/parameters/v1" 00 || LP(party) || epoch (4) || count (2) ||
//   count x ( LP(name) || LP(value) ), names ascending.
#ifndef GARDEROBE_CORE_KEYS_PARAMETERS_H_
#define GARDEROBE_CORE_KEYS_PARAMETERS_H_

#include <array>
#include <map>
#include <string>

#include "core/base/secret_bytes.h"
#include "core/group/element.h"
#include "core/identifiers/identifier.h"
#include "core/sealing/batch_sealer.h"

namespace garderobe {

struct VerifyKeyTag;
using VerifyKey = FixedBytes<32, VerifyKeyTag>;  // Ed25519
// The seed of an Ed25519 key pair.
using SigningSeed = SecretBytes<32, struct SigningSeedRole>;

VerifyKey VerifyKeyOf(const SigningSeed& seed);

struct Parameters {
  std::string party;  // ttp, vault, aggregator
  uint32_t epoch = 1;
  std::map<std::string, std::string> values;  // name to raw bytes
};

struct SignedBody {
  std::string body;
  std::string signature;  // 64 bytes
};

SignedBody SignParameters(const SigningSeed& seed,
                          const Parameters& parameters);

// FailedPrecondition, one fixed text: not signed by `key`, not of `party`, or
// malformed.
[[nodiscard]] absl::StatusOr<Parameters> VerifyParameters(
    const VerifyKey& key, std::string_view party, std::string_view body,
    std::string_view signature);

// What the vault publishes: Y of every kind, and what verifies its receipts.
struct VaultParameters {
  std::array<Element, kKindCount> public_keys;
  VerifyKey receipt_key;
  // FailedPrecondition: a key is missing or not an element.
  [[nodiscard]] static absl::StatusOr<VaultParameters> From(
      const Parameters& parameters);
  Parameters ToParameters() const;
};

// What the aggregator publishes: Z, its sealing key, and what verifies its
// receipts.
struct AggregatorParameters {
  Element pseudonym_key;  // Z
  SealingPublicKey sealing_key;
  VerifyKey receipt_key;
  [[nodiscard]] static absl::StatusOr<AggregatorParameters> From(
      const Parameters& parameters);
  Parameters ToParameters() const;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_PARAMETERS_H_
