// What tests read from the vectors and reckon with: scalars and points of
// Ristretto255.
#ifndef GARDEROBE_CORE_CONVERSION_VECTOR_POINTS_H_
#define GARDEROBE_CORE_CONVERSION_VECTOR_POINTS_H_

#include <utility>

#include "core/base/check.h"
#include "core/group/element.h"
#include "core/group/scalar.h"
#include "core/identifiers/identifier.h"
#include "nlohmann/json.hpp"
#include "tests/support/vectors.h"

namespace garderobe {

// Where these kinds stand in a list of all.
inline constexpr size_t kEmailAt = static_cast<size_t>(Kind::kEmail),
                        kPassAt = static_cast<size_t>(Kind::kPass);

template <typename Scalar>
Scalar ScalarOf(const nlohmann::json& hex) {
  auto scalar = Scalar::Decode(AsBytes(Hex(hex)));
  GARDEROBE_CHECK(scalar.ok());
  return *std::move(scalar);
}

inline Element Point(const nlohmann::json& hex) {
  return Element::From(Hex(hex));
}

template <typename Scalar>
Element Times(const Scalar& scalar, const Element& element) {
  Element result;
  GARDEROBE_CHECK(Multiply(scalar, element, &result));
  return result;
}

inline Element Sum(const Element& a, const Element& b) {
  Element result;
  GARDEROBE_CHECK(Add(a, b, &result));
  return result;
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CONVERSION_VECTOR_POINTS_H_
