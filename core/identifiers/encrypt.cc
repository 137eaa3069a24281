#include "core/identifiers/encrypt.h"

#include "core/base/check.h"
#include "core/group/elgamal.h"
#include "core/group/hash_to_group.h"

namespace garderobe {

EncryptedIdentifiers EncryptIdentifiers(const Identifiers& identifiers,
                                        const VaultParameters& vault) {
  EncryptedIdentifiers encrypted;
  const EphemeralScalar r = EphemeralScalar::Random();
  encrypted.point_a = MultiplyBase(r);
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (identifiers[kind].empty()) continue;
    encrypted.kinds |= uint32_t{1} << kind;
    Element point;
    GARDEROBE_CHECK(Encrypt(
        r, HashToGroup(KindName(static_cast<Kind>(kind)), identifiers[kind]),
        vault.public_keys[kind], &point));
    encrypted.points_b.append(point.view());
  }
  return encrypted;
}

}  // namespace garderobe
