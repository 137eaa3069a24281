#include "core/proof/conversion.h"

#include <algorithm>
#include <memory>

#include "core/proof/pedersen.h"

namespace garderobe {

absl::StatusOr<ConversionEquations> ConversionEquations::Begin(
    const ConversionCommitments& commitments, const ConversionPlaces& places,
    LinearStatement* statement) {
  const Element &C_s = commitments.scalar_s, &C_v = commitments.scalar_v,
                &U = commitments.ingress_key;
  for (const Element& element : {C_s, C_v, U}) {
    GARDEROBE_RETURN_IF_ERROR(Annotate(DecodeElement(element.bytes()).status(),
                                       "a commitment or the ingress key"));
  }
  const Element &G = BasePoint(), &K = CommitmentBase();
  auto& equations = statement->equations;
  equations.push_back({C_s, {{places.s, G}, {places.rho_s, K}}});
  equations.push_back({C_v, {{places.v, G}, {places.rho_v, K}}});
  equations.push_back({C_v, {{places.s, U}, {places.rho_v, K}}});
  return ConversionEquations(places, statement);
}

void ConversionEquations::AddA(const Element& point_a,
                               const Element& converted_a, uint32_t q) {
  statement_->equations.push_back(
      {converted_a, {{places_.s, point_a}, {q, BasePoint()}}});
}

absl::Status ConversionEquations::AddB(const Element& point_a,
                                       const Element& point_b,
                                       const Element& converted_b,
                                       const Element& kind_key, uint32_t q) {
  GARDEROBE_RETURN_IF_ERROR(
      Annotate(DecodeElement(kind_key.bytes()).status(), "the key of a kind"));
  Element minus_a;
  if (!Negate(point_a, &minus_a)) {
    return InvalidArgument("a point of the statement does not decode");
  }
  statement_->equations.push_back(
      {converted_b,
       {{places_.s, point_b}, {places_.v, minus_a}, {q, kind_key}}});
  return absl::OkStatus();
}

absl::Status CheckRows(const KindKeys& keys, const CiphertextRow& input,
                       const CiphertextRow& output) {
  GARDEROBE_RETURN_IF_ERROR(
      Annotate(DecodeElement(input.point_a.bytes()).status(), "A"));
  GARDEROBE_RETURN_IF_ERROR(
      Annotate(DecodeElement(output.point_a.bytes()).status(), "A'"));
  if (input.points_b.size() != output.points_b.size()) {
    return InvalidArgument("the rows have different kinds");
  }
  for (size_t k = 0; k < input.points_b.size(); ++k) {
    const uint32_t kind = input.points_b[k].kind;
    if (output.points_b[k].kind != kind) {
      return InvalidArgument("the rows have different kinds");
    }
    if (k > 0 && input.points_b[k - 1].kind >= kind) {
      return InvalidArgument("the kinds of a row ascend");
    }
    if (!keys.contains(kind)) return InvalidArgument("a kind has no key");
  }
  return absl::OkStatus();
}

}  // namespace garderobe
