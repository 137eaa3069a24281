#include "core/proof/row_proof.h"

#include <array>
#include <memory>
#include <vector>

namespace garderobe {
namespace {

constexpr ConversionPlaces kRowPlaces = {
    .s = 0, .v = 1, .rho_s = 3, .rho_v = 4};
constexpr uint32_t kPlaceQ = 2;

// The equations of a row whose shape CheckRows has checked.
absl::StatusOr<LinearStatement> Equations(
    std::string_view label, std::string context,
    const ConversionCommitments& commitments, const KindKeys& keys,
    const CiphertextRow& input, const CiphertextRow& output) {
  LinearStatement linear{
      .label = label, .context = std::move(context), .witnesses = 5};
  GARDEROBE_ASSIGN_OR_RETURN(
      ConversionEquations equations,
      ConversionEquations::Begin(commitments, kRowPlaces, &linear));
  equations.AddA(input.point_a, output.point_a, kPlaceQ);
  for (size_t k = 0; k < input.points_b.size(); ++k) {
    GARDEROBE_RETURN_IF_ERROR(equations.AddB(
        input.point_a, input.points_b[k].point_b, output.points_b[k].point_b,
        keys.at(input.points_b[k].kind), kPlaceQ));
  }
  return linear;
}

absl::StatusOr<LinearStatement> EquationsOf(const RowStatement& statement) {
  GARDEROBE_RETURN_IF_ERROR(
      CheckRows(statement.keys, statement.input, statement.output));
  std::string context;
  PutLengthPrefixed(context, statement.context);
  for (const KindPoint& point : statement.input.points_b) {
    PutBigEndian(context, point.kind);
  }
  return Equations("garderobe/proof/row/v2", std::move(context),
                   statement.commitments, statement.keys, statement.input,
                   statement.output);
}

absl::StatusOr<LinearStatement> EquationsOf(const HomeStatement& statement) {
  constexpr uint32_t kHome = 0;
  KindKeys keys;
  if (!Add(statement.home_key, statement.aggregator_key, &keys[kHome])) {
    return InvalidArgument("a key of the home slot does not decode");
  }
  const CiphertextRow input{statement.input.point_a,
                            {{kHome, statement.input.point_b}}};
  const CiphertextRow output{statement.output.point_a,
                             {{kHome, statement.output.point_b}}};
  GARDEROBE_RETURN_IF_ERROR(CheckRows(keys, input, output));
  std::string context;
  PutLengthPrefixed(context, statement.context);
  return Equations("garderobe/proof/home/v2", std::move(context),
                   statement.commitments, keys, input, output);
}

template <typename Statement>
absl::StatusOr<std::string> Prove(const Statement& statement,
                                  const ConversionSecrets& secrets,
                                  const WipedScalar& q) {
  GARDEROBE_ASSIGN_OR_RETURN(const LinearStatement linear,
                             EquationsOf(statement));
  const std::array<WipedScalar, 5> witnesses = {
      WipedScalar::CopyOf(secrets.s), WipedScalar::CopyOf(secrets.v),
      WipedScalar::CopyOf(q), WipedScalar::CopyOf(secrets.rho_s),
      WipedScalar::CopyOf(secrets.rho_v)};
  return ProveLinear(linear, witnesses);
}

template <typename Statement>
absl::Status Verify(const Statement& statement, std::string_view proof) {
  GARDEROBE_ASSIGN_OR_RETURN(const LinearStatement linear,
                             EquationsOf(statement));
  return VerifyLinear(linear, proof);
}

}  // namespace

absl::StatusOr<std::string> ProveRowWiped(const RowStatement& statement,
                                          const ConversionSecrets& secrets,
                                          const WipedScalar& q) {
  return Prove(statement, secrets, q);
}

absl::StatusOr<std::string> ProveHomeWiped(const HomeStatement& statement,
                                           const ConversionSecrets& secrets,
                                           const WipedScalar& q) {
  return Prove(statement, secrets, q);
}

absl::Status VerifyRow(const RowStatement& statement, std::string_view proof) {
  return Verify(statement, proof);
}

absl::Status VerifyHome(const HomeStatement& statement,
                        std::string_view proof) {
  return Verify(statement, proof);
}

absl::StatusOr<LinearStatement> RowEquationsForTesting(
    const RowStatement& statement) {
  return EquationsOf(statement);
}

absl::StatusOr<LinearStatement> HomeEquationsForTesting(
    const HomeStatement& statement) {
  return EquationsOf(statement);
}

}  // namespace garderobe
