// The keys of all three parties, and rows as a client makes them, for tests.
#ifndef GARDEROBE_TTP_CONVERSION_FIXTURE_H_
#define GARDEROBE_TTP_CONVERSION_FIXTURE_H_

#include <string>
#include <utility>
#include <vector>

#include "core/conversion/open.h"
#include "core/group/hash_to_group.h"
#include "ttp/converter.h"

namespace garderobe::ttp {

inline TtpKeys RandomTtpKeys() {
  IngressScalar u = IngressScalar::Random();
  VaultConversionScalar s = VaultConversionScalar::Random();
  HomeConversionScalar h = HomeConversionScalar::Random();
  auto v = ProductOf<VaultStrippingScalar>(s, u);
  auto hu = ProductOf<HomeStrippingScalar>(h, u);
  return {std::move(u),
          std::move(s),
          std::move(v),
          AggregatorConversionScalar::Random(),
          std::move(h),
          std::move(hu),
          RelationScalar::Random(),
          VaultHandleKey::Random(),
          AggregatorHandleKey::Random(),
          SigmaKey::Random(),
          CommitmentSecret::Random(),
          SigningSeed::Random(),
          StoredIssue()};
}

inline Element SumOf(const Element& a, const Element& b) {
  Element sum;
  GARDEROBE_CHECK(Add(a, b, &sum));
  return sum;
}
template <typename Scalar>
Element Times(const Scalar& scalar, const Element& element) {
  Element product;
  GARDEROBE_CHECK(Multiply(scalar, element, &product));
  return product;
}

// What vault and aggregator hold, and what follows from it.
struct OtherParties {
  std::vector<DecryptionScalar> y;
  HomeDecryptionScalar y_home = HomeDecryptionScalar::Random();
  HouseholdScalar w = HouseholdScalar::Random();
  HouseholdStrippingScalar wy = ProductOf<HouseholdStrippingScalar>(w, y_home);
  PseudonymScalar z = PseudonymScalar::Random();
  VaultParameters vault;
  AggregatorParameters aggregator;

  OtherParties() {
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      y.push_back(DecryptionScalar::Random());
      if (HasSlot(kind)) vault.public_keys[kind] = MultiplyBase(y.back());
    }
    vault.home_key = MultiplyBase(y_home);
    aggregator.pseudonym_key = MultiplyBase(z);
  }
  ConversionKeys keys() const { return KeysOf(vault, aggregator); }
  JointKeys joint(const TtpKeys& ttp) const {
    TtpParameters own;
    own.ingress_key = MultiplyBase(ttp.ingress);
    auto keys = JointKeys::From(own, vault, aggregator);
    GARDEROBE_CHECK(keys.ok());
    return *std::move(keys);
  }
  // Zero: nobody.
  Element Opened(const Ciphertext& ciphertext) const {
    Element opened;
    GARDEROBE_CHECK(
        DecryptOrNobody(z, ciphertext.point_a, ciphertext.point_b, &opened));
    return opened;
  }
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_CONVERSION_FIXTURE_H_
