// The secret scalars of protocol.md, 2: a type for each, so that none can
// stand where another belongs. Each is held by one party only.
#ifndef GARDEROBE_CORE_CONVERSION_SCALARS_H_
#define GARDEROBE_CORE_CONVERSION_SCALARS_H_

#include <vector>

#include "core/group/element.h"

namespace garderobe {

// The TTP's.
using IngressScalar = SecretScalar<struct IngressScalarRole>;            // u
using VaultConversionScalar = SecretScalar<struct VaultConversionRole>;  // s
using VaultStrippingScalar =
    SecretScalar<struct VaultStrippingRole>;  // v = s*u
using AggregatorConversionScalar =
    SecretScalar<struct AggregatorConversionRole>;                     // t
using HomeConversionScalar = SecretScalar<struct HomeConversionRole>;  // h
using HomeStrippingScalar = SecretScalar<struct HomeStrippingRole>;    // h*u
using RelationScalar = SecretScalar<struct RelationScalarRole>;        // a

// The vault's.
using DecryptionScalar = SecretScalar<struct DecryptionScalarRole>;  // y[kind]
using HomeDecryptionScalar =
    SecretScalar<struct HomeDecryptionRole>;                       // y[home]
using HouseholdScalar = SecretScalar<struct HouseholdScalarRole>;  // w
// w*y[home], so that a row costs one operation less.
using HouseholdStrippingScalar = SecretScalar<struct HouseholdStrippingRole>;

// The aggregator's.
using PseudonymScalar = SecretScalar<struct PseudonymScalarRole>;  // z

// x*y modulo L; neither is zero, and so the product is not.
template <typename Product, typename X, typename Y>
Product ProductOf(const X& x, const Y& y) {
  uint8_t product[32];
  const ScopedWipe wipe(product, sizeof product);
  crypto_core_ristretto255_scalar_mul(product, x.ExposeSecret(),
                                      y.ExposeSecret());
  auto decoded = Product::Decode(product);
  GARDEROBE_CHECK(decoded.ok());
  return *std::move(decoded);
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CONVERSION_SCALARS_H_
