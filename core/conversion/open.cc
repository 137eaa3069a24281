#include "core/conversion/open.h"

namespace garderobe {

std::optional<Element> OpenToken(const DecryptionScalar& y,
                                 const Element& point_a,
                                 const Element& point_b) {
  Element token;
  if (!DecryptOrNobody(y, point_a, point_b, &token)) return std::nullopt;
  return token.is_zero() ? RandomElement() : token;
}

}  // namespace garderobe
