#include "core/proof/pedersen.h"

#include "core/group/hash_to_group.h"

namespace garderobe {

const Element& CommitmentBase() {
  static const Element base = HashToGroup("commitment", "");
  return base;
}

Element CommitWiped(const WipedScalar& x, const WipedScalar& rho) {
  Element value, mask, commitment;
  // x*G is enough to test a guess of x.
  const ScopedWipe wipe_value(value.mutable_data(), Element::kBytes);
  const ScopedWipe wipe_mask(mask.mutable_data(), Element::kBytes);
  GARDEROBE_CHECK(MultiplyOrIdentity(x, BasePoint(), &value) &&
                  MultiplyOrIdentity(rho, CommitmentBase(), &mask) &&
                  Add(value, mask, &commitment));
  return commitment;
}

}  // namespace garderobe
