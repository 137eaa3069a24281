// Pedersen commitments, which hide a scalar completely and let nobody open them
// to two values (protocol.md, 2).
#ifndef GARDEROBE_CORE_PROOF_PEDERSEN_H_
#define GARDEROBE_CORE_PROOF_PEDERSEN_H_

#include "core/group/element.h"
#include "core/group/scalar.h"

namespace garderobe {

// rho: kept as long as the scalar that it hides.
using BlindingScalar = SecretScalar<struct BlindingScalarRole>;

// K = HashToGroup("commitment", ""), whose logarithm nobody knows.
const Element& CommitmentBase();

// x*G + rho*K. x may be zero.
Element CommitWiped(const WipedScalar& x, const WipedScalar& rho);
template <typename Scalar>
Element Commit(const Scalar& x, const BlindingScalar& rho) {
  return CommitWiped(WipedScalar::CopyOf(x), WipedScalar::CopyOf(rho));
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_PROOF_PEDERSEN_H_
