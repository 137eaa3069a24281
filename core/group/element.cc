#include "core/group/element.h"

namespace garderobe {

absl::StatusOr<Element> DecodeElement(ByteSpan bytes) {
  if (bytes.size() != Element::kBytes) {
    return InvalidArgument("a group element has 32 bytes");
  }
  const Element element = Element::From(bytes);
  if (element.is_zero()) {
    return InvalidArgument("the group element is the identity");
  }
  if (crypto_core_ristretto255_is_valid_point(element.data()) != 1) {
    return InvalidArgument("not a canonical encoding of a group element");
  }
  return element;
}

Element RandomElement() {
  Element element;
  do {
    crypto_core_ristretto255_random(element.mutable_data());
  } while (element.is_zero());
  return element;
}

}  // namespace garderobe
