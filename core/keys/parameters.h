// Public parameters of a party: what it publishes and signs with Ed25519.
// Whoever reads them pins the key that signs (protocol.md, 2).
//
// The signed body, stored and signed, never change:
//   "garderobe/parameters/v2" 00 || LP(party) || epoch (4) || serial (4) ||
//   valid from (4) || valid until (4) || count (2) ||
//   count x ( LP(name) || LP(value) ), names ascending.
// Both days count from 2000-01-01, signed, and are inclusive.
#ifndef GARDEROBE_CORE_KEYS_PARAMETERS_H_
#define GARDEROBE_CORE_KEYS_PARAMETERS_H_

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "core/base/civil_time.h"
#include "core/base/secret_bytes.h"
#include "core/group/element.h"
#include "core/identifiers/identifier.h"
#include "core/proof/key_proof.h"
#include "core/sealing/batch_sealer.h"

namespace garderobe {

struct VerifyKeyTag;
using VerifyKey = FixedBytes<32, VerifyKeyTag>;  // Ed25519
// The seed of an Ed25519 key pair.
using SigningSeed = SecretBytes<32, struct SigningSeedRole>;

VerifyKey VerifyKeyOf(const SigningSeed& seed);

// Which issue of its parameters a party serves, and for how long.
struct ParameterIssue {
  static constexpr int32_t kDaysMax = 400;
  uint32_t epoch = 1;
  uint32_t serial = 1;      // grows with every issue; 0 is none
  int32_t valid_from = 0;   // day since 2000-01-01, inclusive
  int32_t valid_until = 0;  // likewise
};

struct Parameters {
  std::string party;  // ttp, vault, aggregator
  ParameterIssue issue;
  std::map<std::string, std::string> values;  // name to raw bytes
};

struct SignedBody {
  std::string body;
  std::string signature;  // 64 bytes
};

SignedBody SignParameters(const SigningSeed& seed,
                          const Parameters& parameters);

// FailedPrecondition, one fixed text: not signed by `key`, not of `party`, or
// malformed. FailedPrecondition, with the days: not valid on `today`, or for
// longer than kDaysMax.
[[nodiscard]] absl::StatusOr<Parameters> VerifyParameters(
    const VerifyKey& key, std::string_view party, std::string_view body,
    std::string_view signature, const CivilDate& today);

// What the TTP publishes: U, commitments to the scalars it converts with, and
// what rows have to be padded with. Of s and t only commitments: who knew S
// could recognise rows, and who knew T pseudonyms.
struct TtpParameters {
  ParameterIssue issue;
  Element ingress_key;  // U
  // Commitments C_s, C_v, C_t, C_h, C_hu and C_a, by these names.
  std::map<std::string, Element> commitments;
  // Kinds that every row has, with a dummy where the customer shows nothing.
  uint32_t padding = 0;
  [[nodiscard]] static absl::StatusOr<TtpParameters> From(
      const Parameters& parameters);
};

// What the vault publishes: Y of every kind with a slot and of the home slot,
// a commitment to w, its sealing key, and what verifies its receipts.
struct VaultParameters {
  ParameterIssue issue;
  std::array<Element, kKindCount> public_keys;  // zeros without a slot
  Element home_key;                             // Y[home]
  Element household_commitment;                 // C_w
  SealingPublicKey sealing_key;
  VerifyKey receipt_key;
  // FailedPrecondition: a key is missing, not an element, or comes without its
  // proof of possession.
  [[nodiscard]] static absl::StatusOr<VaultParameters> From(
      const Parameters& parameters);
};

// What the aggregator publishes: Z, its sealing key, and what verifies its
// receipts.
struct AggregatorParameters {
  ParameterIssue issue;
  Element pseudonym_key;  // Z
  SealingPublicKey sealing_key;
  VerifyKey receipt_key;
  [[nodiscard]] static absl::StatusOr<AggregatorParameters> From(
      const Parameters& parameters);
};

// The name of Y of a kind among a vault's parameters: "Y.email"; and the name
// under which the proof of possession of a point stands: "proof.Y.email".
std::string PublicKeyName(size_t kind);
std::string ProofName(std::string_view name);

// Puts the point of `scalar` and its proof of possession among the values.
// `parameters.party` and `issue` are set.
template <typename Scalar>
void PutProvenKey(Parameters& parameters, const std::string& name,
                  const Scalar& scalar) {
  const Element point = MultiplyBase(scalar);
  parameters.values[name] = point.view();
  parameters.values[ProofName(name)] =
      ProveKey({parameters.party, name, parameters.issue.serial, point}, scalar)
          .view();
}

// What a client encrypts a row to: sums of several parties' keys, so that none
// of them opens it alone.
struct JointKeys {
  std::array<Element, kKindCount> kinds;  // Y[kind] + U; zeros without a slot
  Element home;                           // Y[home] + Z + U
  // FailedPrecondition: keys that cancel each other out.
  [[nodiscard]] static absl::StatusOr<JointKeys> From(
      const TtpParameters& ttp, const VaultParameters& vault,
      const AggregatorParameters& aggregator);
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_PARAMETERS_H_
