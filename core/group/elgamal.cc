#include "core/group/elgamal.h"

namespace garderobe {

Ciphertext EncryptFresh(const Element& message, const Element& public_key) {
  const EphemeralScalar r = EphemeralScalar::Random();
  Ciphertext result;
  result.point_a = MultiplyBase(r);
  GARDEROBE_CHECK(Encrypt(r, message, public_key, &result.point_b));
  return result;
}

}  // namespace garderobe
