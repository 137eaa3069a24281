// Proves that an encrypted reference is that of a handle which the verifier
// knows: so a party that acted on the reference acted on that customer
// (protocol.md, 6).
#ifndef GARDEROBE_CORE_PROOF_REFERENCE_PROOF_H_
#define GARDEROBE_CORE_PROOF_REFERENCE_PROOF_H_

#include <string>
#include <string_view>

#include "core/group/elgamal.h"
#include "core/proof/linear_proof.h"

namespace garderobe {

// Stored, never change: a linear proof (linear_proof.h) with the witnesses a,
// q2 and rho_a in this order, and the equations
//   C_a = a*G + rho_a*K,  rho.A = q2*G,  rho.B = a*H + q2*Z.
// Its label is "garderobe/proof/reference/v2", its context LP(context).
inline constexpr size_t kReferenceProofBytes = LinearProofBytes(3);

struct ReferenceStatement {
  const Element& commitment;    // C_a
  const Element& hashed;        // H = HashToGroup(relation, ...) of the handle
  const Element& z;             // the aggregator's key
  const Ciphertext& reference;  // rho
  std::string_view context;     // at most 65535 bytes
};
struct ReferenceSecrets {
  const WipedScalar& a;
  const WipedScalar& q2;
  const WipedScalar& rho_a;
};

// InvalidArgument: a point does not decode, or is the identity where the
// verifier refuses it.
[[nodiscard]] absl::StatusOr<std::string> ProveReference(
    const ReferenceStatement& statement, const ReferenceSecrets& secrets);
// InvalidArgument: the proof has another length, a scalar is not reduced, or a
// point does not decode; the commitment, H, Z or a half of rho is the identity.
// FailedPrecondition: the proof does not hold.
[[nodiscard]] absl::Status VerifyReference(const ReferenceStatement& statement,
                                           std::string_view proof);

// The statement that is proved, for known-answer tests.
[[nodiscard]] absl::StatusOr<LinearStatement> ReferenceEquationsForTesting(
    const ReferenceStatement& statement);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_PROOF_REFERENCE_PROOF_H_
