// Proves that one row was converted with the scalars that are committed to, for
// every right of a visitor (protocol.md, 8); and its home slot likewise.
#ifndef GARDEROBE_CORE_PROOF_ROW_PROOF_H_
#define GARDEROBE_CORE_PROOF_ROW_PROOF_H_

#include <string>
#include <string_view>

#include "core/group/elgamal.h"
#include "core/proof/conversion.h"

namespace garderobe {

// Stored, never change: a linear proof (linear_proof.h) with the witnesses
// s, v, q, rho_s, rho_v in this order, whatever the number of kinds. Its
// equations are, in this order,
//   C_s = s*G + rho_s*K      C_v = v*G + rho_v*K      C_v = s*U + rho_v*K
//   A' = s*A + q*G           B'[k] = s*B[k] + v*(-A) + q*Y[k], kinds ascending
// The row's label is "garderobe/proof/row/v2" and its context LP(context) and
// then each kind (4 bytes). The home slot's label is "garderobe/proof/home/v2",
// its context LP(context), its scalars h, h*u and q' and its only key
// Y_home + Z.
inline constexpr size_t kRowProofBytes = LinearProofBytes(5);
static_assert(kRowProofBytes == 192);

// The references live as long as the call.
struct RowStatement {
  const ConversionCommitments& commitments;
  const KindKeys& keys;  // of at least the row's kinds
  const CiphertextRow& input;
  const CiphertextRow& output;
  std::string_view context;  // serial, epoch, request id and the like; at most
                             // 65535 bytes
};

// The slot before and after: (A, D) and (A_h, D_h).
struct HomeStatement {
  const ConversionCommitments& commitments;  // to h and h*u
  const Element& home_key;                   // Y_home
  const Element& aggregator_key;             // Z
  const Ciphertext& input;
  const Ciphertext& output;
  std::string_view context;
};

// Proves the conversion with `secrets` and `q`. Does not check that they were
// used: a proof made with others is refused by the verifier.
// InvalidArgument: as the verifier's, for the statement.
[[nodiscard]] absl::StatusOr<std::string> ProveRowWiped(
    const RowStatement& statement, const ConversionSecrets& secrets,
    const WipedScalar& q);
[[nodiscard]] absl::StatusOr<std::string> ProveHomeWiped(
    const HomeStatement& statement, const ConversionSecrets& secrets,
    const WipedScalar& q);
template <typename Scalar>
[[nodiscard]] absl::StatusOr<std::string> ProveRow(
    const RowStatement& statement, const ConversionSecrets& secrets,
    const Scalar& q) {
  return ProveRowWiped(statement, secrets, WipedScalar::CopyOf(q));
}
template <typename Scalar>
[[nodiscard]] absl::StatusOr<std::string> ProveHome(
    const HomeStatement& statement, const ConversionSecrets& secrets,
    const Scalar& q) {
  return ProveHomeWiped(statement, secrets, WipedScalar::CopyOf(q));
}

// InvalidArgument: the proof is not 192 bytes or a scalar in it is not reduced;
// a point does not decode; a commitment, U, A, A' or a key is the identity; the
// kinds of the two rows differ, do not ascend or have no key.
// FailedPrecondition: the proof does not hold.
[[nodiscard]] absl::Status VerifyRow(const RowStatement& statement,
                                     std::string_view proof);
[[nodiscard]] absl::Status VerifyHome(const HomeStatement& statement,
                                      std::string_view proof);

// The statement that is proved, for known-answer tests.
[[nodiscard]] absl::StatusOr<LinearStatement> RowEquationsForTesting(
    const RowStatement& statement);
[[nodiscard]] absl::StatusOr<LinearStatement> HomeEquationsForTesting(
    const HomeStatement& statement);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_PROOF_ROW_PROOF_H_
