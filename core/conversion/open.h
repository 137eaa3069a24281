// The algebra of one relation (protocol.md, 3): what the vault does with a
// converted row.
#ifndef GARDEROBE_CORE_CONVERSION_OPEN_H_
#define GARDEROBE_CORE_CONVERSION_OPEN_H_

#include <optional>

#include "core/conversion/rows.h"
#include "core/conversion/scalars.h"

namespace garderobe {

// X = B' - y*A' = s*M: the token. A row that was made so that X would be the
// identity gets a random element instead, which nobody shares, and is treated
// like any other: a refusal would tell its sender that a guess was right.
// nullopt: a point does not decode or is the identity.
[[nodiscard]] std::optional<Element> OpenToken(const DecryptionScalar& y,
                                               const Element& point_a,
                                               const Element& point_b);

// The scalars with which the vault raises an address that it can't open.
struct HouseholdScalars {
  const HouseholdScalar& w;
  const HouseholdStrippingScalar& wy;  // w*y[home]
};

// (w*A_h + r2*G, w*(D_h - y[home]*A_h) + r2*Z). nullopt: a point does not
// decode or is the identity.
template <typename Scalar>
[[nodiscard]] std::optional<Ciphertext> RaiseHome(
    const HouseholdScalars& scalars, const Ciphertext& home, const Scalar& r2,
    const Element& z) {
  Ciphertext out;
  Element raised_a, raised_d, stripped, difference, mask;
  if (!Multiply(scalars.w, home.point_a, &raised_a) ||
      !Add(raised_a, MultiplyBase(r2), &out.point_a) ||
      !Multiply(scalars.w, home.point_b, &raised_d) ||
      !Multiply(scalars.wy, home.point_a, &stripped) ||
      !Subtract(raised_d, stripped, &difference) || !Multiply(r2, z, &mask) ||
      !Add(difference, mask, &out.point_b)) {
    return std::nullopt;
  }
  return out;
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CONVERSION_OPEN_H_
