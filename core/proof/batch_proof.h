// Proves to an auditor, who holds no key of the vault and is told the
// permutation, that every row of a batch was converted with the scalars that
// are committed to (protocol.md, 8). The proof does not grow with the rows.
//
// Does not cover handles, references, or rows that are missing from both lists.
#ifndef GARDEROBE_CORE_PROOF_BATCH_PROOF_H_
#define GARDEROBE_CORE_PROOF_BATCH_PROOF_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/proof/conversion.h"
#include "core/proof/transcript.h"

namespace garderobe {

// The number that stands for "every row" where a kind stands; no kind has it.
inline constexpr uint32_t kEveryRow = 0xffffffff;

// Stored, never change: a linear proof (linear_proof.h) with the label
// "garderobe/proof/batch/v2" and the seed (64 bytes) as its context. Its
// witnesses are s, v, rho_s, rho_v, then Q_k for each kind that some row has,
// ascending, then Q of every row. Its equations are those of the commitments as
// in row_proof.h, and then, for each kind ascending,
//   a'_k = s*a_k + Q_k*G     b'_k = s*b_k + v*(-a_k) + Q_k*Y[k]
// and at last a'_k = s*a_k + Q_k*G for k = kEveryRow, over all rows. The sums
// run over the outputs i that hold kind k, counted from 0:
//   a_k = sum c(i,k)*A[pi(i)]    b_k = sum c(i,k)*B[pi(i)][k]
//   a'_k = sum c(i,k)*A'[i]      b'_k = sum c(i,k)*B'[i][k]
//   Q_k = sum c(i,k)*q[i]
// c(i,k) is the first 16 bytes, little-endian, of SHA-512 over
//   "garderobe/proof/coefficient/v2" 00 || seed (64) || i (8) || k (8)
// and the seed all 64 bytes of SHA-512 over
//   "garderobe/proof/batch-seed/v2" 00 || context length (4) || context
//   || C_s || C_v || U || keys (4) || of each key: kind (4) || Y[kind]
//   || rows (4) || of each input row || of each output row || of each output:
//   pi(i) (4)
// where a row is A || kinds (4) || of each kind: kind (4) || B.
struct BatchStatement {
  const ConversionCommitments& commitments;
  const KindKeys& keys;  // of at least the kinds that occur
  std::span<const CiphertextRow> inputs;
  std::span<const CiphertextRow> outputs;
  // outputs[i] is inputs[permutation[i]], converted.
  std::span<const uint32_t> permutation;
  std::string_view context;  // serial, epoch, batch id and the like
};

// The length of a batch's proof, in which `kinds` kinds occur.
constexpr size_t BatchProofBytes(size_t kinds) {
  return LinearProofBytes(4 + kinds + 1);
}

// Proves the conversion with `secrets`, where q[i] rerandomised outputs[i]. The
// caller wipes q, which has as many elements as there are outputs. Takes 4
// multiplications for each kind of a row, and 2 for the row itself.
// InvalidArgument: as the verifier's, for the statement.
[[nodiscard]] absl::StatusOr<std::string> ProveBatch(
    const BatchStatement& statement, const ConversionSecrets& secrets,
    std::span<const WipedScalar> q);

// As long as proving.
// InvalidArgument: there are no rows, the lists are not of equal length, the
// permutation is none, a kind is kEveryRow, the proof has another length or a
// scalar in it is not reduced; or a row is refused as in row_proof.h, and then
// the message names the output's index.
// FailedPrecondition: the proof does not hold.
[[nodiscard]] absl::Status VerifyBatch(const BatchStatement& statement,
                                       std::string_view proof);

// The seed, and c(row, kind).
Digest512 BatchSeedForTesting(const BatchStatement& statement);
PublicScalar BatchCoefficientForTesting(const Digest512& seed, uint64_t row,
                                        uint64_t kind);

// The statement that is proved.
[[nodiscard]] absl::StatusOr<LinearStatement> BatchEquationsForTesting(
    const BatchStatement& statement);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_PROOF_BATCH_PROOF_H_
