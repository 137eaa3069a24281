// The factor of stored points when a scalar is exchanged (protocol.md, 9).
#ifndef GARDEROBE_CORE_CONVERSION_ROTATION_FACTOR_H_
#define GARDEROBE_CORE_CONVERSION_ROTATION_FACTOR_H_

#include "core/conversion/scalars.h"

namespace garderobe {

// What every stored point of one kind is multiplied by: a new scalar divided by
// the former one.
using RotationFactor = SecretScalar<struct RotationFactorRole>;

// next / former, modulo L.
template <typename Scalar>
RotationFactor FactorBetween(const Scalar& former, const Scalar& next) {
  uint8_t inverse[32], factor[32];
  const ScopedWipe wipe_inverse(inverse, sizeof inverse);
  const ScopedWipe wipe_factor(factor, sizeof factor);
  // Fails only for zero, which a SecretScalar can't be.
  GARDEROBE_CHECK(crypto_core_ristretto255_scalar_invert(
                      inverse, former.ExposeSecret()) == 0);
  crypto_core_ristretto255_scalar_mul(factor, next.ExposeSecret(), inverse);
  auto decoded = RotationFactor::Decode(factor);
  GARDEROBE_CHECK(decoded.ok());
  return *std::move(decoded);
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CONVERSION_ROTATION_FACTOR_H_
