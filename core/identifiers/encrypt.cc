#include "core/identifiers/encrypt.h"

#include <array>
#include <string_view>

#include "core/base/check.h"
#include "core/group/elgamal.h"
#include "core/group/hash_to_group.h"

namespace garderobe {

Element DummyOf(const Padding& padding, std::string_view kind) {
  return HashToGroup(kind, std::string(1, '\0') + padding.secret);
}

EncryptedIdentifiers EncryptIdentifiers(const Identifiers& identifiers,
                                        const JointKeys& keys,
                                        const Padding& padding) {
  EncryptedIdentifiers encrypted;
  const EphemeralScalar r = EphemeralScalar::Random();
  encrypted.point_a = MultiplyBase(r);
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const bool is_padded = (padding.kinds >> kind & 1) != 0;
    if (!HasSlot(kind) || (identifiers[kind].empty() && !is_padded)) continue;
    encrypted.kinds |= uint32_t{1} << kind;
    const std::string_view name = KindName(static_cast<Kind>(kind));
    const Element message = identifiers[kind].empty()
                                ? DummyOf(padding, name)
                                : HashToGroup(name, identifiers[kind]);
    Element point;
    GARDEROBE_CHECK(Encrypt(r, message, keys.kinds[kind], &point));
    encrypted.points_b.append(point.view());
  }
  const std::string& address = identifiers[static_cast<size_t>(Kind::kAddress)];
  if (address.empty()) {
    encrypted.point_home = RandomElement();
  } else {
    GARDEROBE_CHECK(Encrypt(r, HashToGroup("address", address), keys.home,
                            &encrypted.point_home));
  }
  return encrypted;
}

}  // namespace garderobe
