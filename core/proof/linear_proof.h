// Proves knowledge of scalars that satisfy linear equations over points: the
// generalised Schnorr proof (U. Maurer, Unifying Zero-Knowledge Proofs of
// Knowledge, 2009) with a strong Fiat-Shamir challenge (protocol.md, 8).
//
// The other proofs of this room are statements of this one.
#ifndef GARDEROBE_CORE_PROOF_LINEAR_PROOF_H_
#define GARDEROBE_CORE_PROOF_LINEAR_PROOF_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/group/element.h"
#include "core/group/scalar.h"

namespace garderobe {

// x_i * B, where i is the index `witness`.
struct LinearTerm {
  uint32_t witness = 0;
  Element base;
};

// output = the sum of all terms.
struct LinearEquation {
  Element output;
  std::vector<LinearTerm> terms;
};

// Bases and outputs may be the identity here; whoever makes a statement refuses
// it where the protocol does.
struct LinearStatement {
  std::string_view label;  // what kind of statement this is; static
  std::string context;     // what the proof is bound to besides
  uint32_t witnesses = 0;  // how many scalars; each is in some equation
  std::vector<LinearEquation> equations = {};
};

// Stored, never change. A proof is the challenge c and one response
// z_i = w_i + c*x_i a witness, 32 bytes each, reduced. c is SHA-512 over
//   label 00 || context length (4) || context
//   || witnesses (4) || equations (4)
//   || of each equation: output (32) || terms (4)
//                        || of each term: witness (4) || base (32)
//   || of each equation: T (32), the sum of w_i * B,
// little-endian, modulo L.
constexpr size_t LinearProofBytes(size_t witnesses) {
  return 32 * (1 + witnesses);
}

// Proves that `witnesses`, as many as the statement says, satisfy all
// equations. Does not check that they do: a proof made with other witnesses
// is refused by the verifier.
// InvalidArgument: a base does not decode.
[[nodiscard]] absl::StatusOr<std::string> ProveLinear(
    const LinearStatement& statement, std::span<const WipedScalar> witnesses);

// InvalidArgument: the proof has another length, a scalar is not reduced, or a
// point does not decode. FailedPrecondition: the proof does not hold.
[[nodiscard]] absl::Status VerifyLinear(const LinearStatement& statement,
                                        std::string_view proof);

// As ProveLinear, with one known nonce for each witness.
[[nodiscard]] absl::StatusOr<std::string> ProveLinearWithNoncesForTesting(
    const LinearStatement& statement, std::span<const WipedScalar> witnesses,
    std::span<const WipedScalar> nonces);

// T of each equation: what the prover makes of nonces, and what the verifier
// makes of a challenge and responses.
[[nodiscard]] absl::StatusOr<std::vector<Element>> NoncePointsForTesting(
    const LinearStatement& statement, std::span<const WipedScalar> nonces);
[[nodiscard]] absl::StatusOr<std::vector<Element>> RecomputedPointsForTesting(
    const LinearStatement& statement, const PublicScalar& challenge,
    std::span<const PublicScalar> responses);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_PROOF_LINEAR_PROOF_H_
