#include "core/group/elgamal.h"

namespace garderobe {

Ciphertext EncryptFresh(const Element& message, const Element& public_key) {
  return EncryptWith(EphemeralScalar::Random(), message, public_key);
}

}  // namespace garderobe
