#include "core/proof/reference_proof.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/proof/pedersen.h"

namespace garderobe {
namespace {

constexpr uint32_t kA = 0, kQ2 = 1, kRho = 2;

absl::StatusOr<LinearStatement> EquationsOf(
    const ReferenceStatement& statement) {
  for (const Element* element :
       {&statement.commitment, &statement.hashed, &statement.z,
        &statement.reference.point_a, &statement.reference.point_b}) {
    GARDEROBE_RETURN_IF_ERROR(DecodeElement(element->bytes()).status());
  }
  LinearStatement linear{
      .label = "garderobe/proof/reference/v2", .context = {}, .witnesses = 3};
  PutLengthPrefixed(linear.context, statement.context);
  linear.equations = {
      {statement.commitment, {{kA, BasePoint()}, {kRho, CommitmentBase()}}},
      {statement.reference.point_a, {{kQ2, BasePoint()}}},
      {statement.reference.point_b,
       {{kA, statement.hashed}, {kQ2, statement.z}}}};
  return linear;
}

}  // namespace

absl::StatusOr<std::string> ProveReference(const ReferenceStatement& statement,
                                           const ReferenceSecrets& secrets) {
  GARDEROBE_ASSIGN_OR_RETURN(const LinearStatement linear,
                             EquationsOf(statement));
  const std::array<WipedScalar, 3> witnesses = {
      WipedScalar::CopyOf(secrets.a), WipedScalar::CopyOf(secrets.q2),
      WipedScalar::CopyOf(secrets.rho_a)};
  return ProveLinear(linear, witnesses);
}

absl::Status VerifyReference(const ReferenceStatement& statement,
                             std::string_view proof) {
  GARDEROBE_ASSIGN_OR_RETURN(const LinearStatement linear,
                             EquationsOf(statement));
  return VerifyLinear(linear, proof);
}

absl::StatusOr<LinearStatement> ReferenceEquationsForTesting(
    const ReferenceStatement& statement) {
  return EquationsOf(statement);
}

}  // namespace garderobe
