#include "core/proof/linear_proof.h"

#include <algorithm>

#include "core/proof/schnorr.h"
#include "core/proof/transcript.h"

namespace garderobe {
namespace {

constexpr size_t kScalarBytes = PublicScalar::kBytes;

absl::Status NotDecoded() {
  return InvalidArgument("a point of the statement does not decode");
}

// An unused witness would have a response that nothing checks.
void CheckShape(const LinearStatement& statement) {
  std::vector<bool> used(statement.witnesses);
  for (const LinearEquation& equation : statement.equations) {
    for (const LinearTerm& term : equation.terms) {
      GARDEROBE_CHECK(term.witness < statement.witnesses);
      used[term.witness] = true;
    }
  }
  for (const bool is_used : used) GARDEROBE_CHECK(is_used);
}

// False: a base does not decode.
template <typename Scalar>
bool Sum(const LinearEquation& equation, std::span<const Scalar> scalars,
         Element* sum) {
  *sum = Element();
  for (const LinearTerm& term : equation.terms) {
    Element product;
    // A nonce's product and the response reveal the witness's product.
    const ScopedWipe wipe(product.mutable_data(), Element::kBytes);
    if (!MultiplyOrIdentity(scalars[term.witness], term.base, &product) ||
        !Add(*sum, product, sum)) {
      return false;
    }
  }
  return true;
}

absl::StatusOr<std::vector<Element>> NoncePoints(
    const LinearStatement& statement, std::span<const WipedScalar> nonces) {
  std::vector<Element> points(statement.equations.size());
  for (size_t j = 0; j < points.size(); ++j) {
    if (!Sum(statement.equations[j], nonces, &points[j])) return NotDecoded();
  }
  return points;
}

absl::StatusOr<std::vector<Element>> RecomputedPoints(
    const LinearStatement& statement, const PublicScalar& challenge,
    std::span<const PublicScalar> responses) {
  std::vector<Element> points(statement.equations.size());
  for (size_t j = 0; j < points.size(); ++j) {
    const LinearEquation& equation = statement.equations[j];
    Element answered, challenged;
    if (!Sum(equation, responses, &answered) ||
        !MultiplyOrIdentity(challenge, equation.output, &challenged) ||
        !Subtract(answered, challenged, &points[j])) {
      return NotDecoded();
    }
  }
  return points;
}

// What the challenge covers besides the label and T.
std::string Encode(const LinearStatement& statement) {
  std::string bytes;
  PutBigEndian(bytes, static_cast<uint32_t>(statement.context.size()));
  bytes += statement.context;
  PutBigEndian(bytes, statement.witnesses);
  PutBigEndian(bytes, static_cast<uint32_t>(statement.equations.size()));
  for (const LinearEquation& equation : statement.equations) {
    bytes.append(equation.output.view());
    PutBigEndian(bytes, static_cast<uint32_t>(equation.terms.size()));
    for (const LinearTerm& term : equation.terms) {
      PutBigEndian(bytes, term.witness);
      bytes.append(term.base.view());
    }
  }
  return bytes;
}

PublicScalar Challenge(const LinearStatement& statement,
                       std::string_view encoded,
                       std::span<const Element> points_t) {
  Transcript transcript(statement.label);
  transcript.Add(encoded);
  for (const Element& point : points_t) transcript.Add(point);
  return transcript.Challenge();
}

absl::StatusOr<std::string> Prove(const LinearStatement& statement,
                                  std::string_view encoded,
                                  std::span<const WipedScalar> witnesses,
                                  std::span<const WipedScalar> nonces) {
  GARDEROBE_CHECK(witnesses.size() == statement.witnesses);
  GARDEROBE_CHECK(nonces.size() == statement.witnesses);
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<Element> points_t,
                             NoncePoints(statement, nonces));
  const PublicScalar c = Challenge(statement, encoded, points_t);
  std::string proof(c.view());
  for (size_t i = 0; i < witnesses.size(); ++i) {
    proof.append(Respond(nonces[i], c, witnesses[i]).view());
  }
  return proof;
}

}  // namespace

absl::StatusOr<std::string> ProveLinear(
    const LinearStatement& statement, std::span<const WipedScalar> witnesses) {
  CheckShape(statement);
  const std::string encoded = Encode(statement);
  const Digest512 digest = Transcript(statement.label).Add(encoded).Digest();
  return Prove(statement, encoded, witnesses,
               HedgedNonces(witnesses, digest.bytes()));
}

absl::Status VerifyLinear(const LinearStatement& statement,
                          std::string_view proof) {
  CheckShape(statement);
  if (proof.size() != LinearProofBytes(statement.witnesses)) {
    return InvalidArgument("a proof of this statement has {} bytes",
                           LinearProofBytes(statement.witnesses));
  }
  std::vector<PublicScalar> scalars;
  for (size_t at = 0; at < proof.size(); at += kScalarBytes) {
    GARDEROBE_ASSIGN_OR_RETURN(
        scalars.emplace_back(),
        DecodePublicScalar(AsBytes(proof.substr(at, kScalarBytes))));
  }
  const PublicScalar& c = scalars.front();
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::vector<Element> points_t,
      RecomputedPoints(statement, c, std::span(scalars).subspan(1)));
  if (Challenge(statement, Encode(statement), points_t) != c) {
    return FailedPrecondition("the proof does not hold");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ProveLinearWithNoncesForTesting(
    const LinearStatement& statement, std::span<const WipedScalar> witnesses,
    std::span<const WipedScalar> nonces) {
  return Prove(statement, Encode(statement), witnesses, nonces);
}

absl::StatusOr<std::vector<Element>> NoncePointsForTesting(
    const LinearStatement& statement, std::span<const WipedScalar> nonces) {
  return NoncePoints(statement, nonces);
}

absl::StatusOr<std::vector<Element>> RecomputedPointsForTesting(
    const LinearStatement& statement, const PublicScalar& challenge,
    std::span<const PublicScalar> responses) {
  return RecomputedPoints(statement, challenge, responses);
}

}  // namespace garderobe
