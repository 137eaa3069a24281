#include "core/group/scalar.h"

namespace garderobe {
namespace {

bool MultiplyRaw(const uint8_t* scalar, const Element& element,
                 Element* result) {
  // The generator has tables of its own, which are faster.
  const int failed =
      element == BasePoint()
          ? crypto_scalarmult_ristretto255_base(result->mutable_data(), scalar)
          : crypto_scalarmult_ristretto255(result->mutable_data(), scalar,
                                           element.data());
  if (failed == 0) return true;
  // libsodium fails for a result that is the identity as for an encoding that
  // does not decode.
  *result = Element();
  return crypto_core_ristretto255_is_valid_point(element.data()) == 1;
}

}  // namespace

absl::StatusOr<PublicScalar> DecodePublicScalar(ByteSpan bytes) {
  if (bytes.size() != PublicScalar::kBytes) {
    return InvalidArgument("a scalar has 32 bytes");
  }
  uint8_t wide[64] = {0};
  std::memcpy(wide, bytes.data(), bytes.size());
  const PublicScalar scalar = PublicScalar::From(bytes);
  if (ReducePublicScalar(wide) != scalar) {
    return InvalidArgument("the scalar is not reduced");
  }
  return scalar;
}

PublicScalar ReducePublicScalar(std::span<const uint8_t, 64> wide) {
  PublicScalar result;
  crypto_core_ristretto255_scalar_reduce(result.mutable_data(), wide.data());
  return result;
}

WipedScalar WipedScalar::Reduce(std::span<const uint8_t, 64> wide) {
  WipedScalar result;
  crypto_core_ristretto255_scalar_reduce(result.bytes_, wide.data());
  return result;
}

WipedScalar AddScalars(const WipedScalar& a, const WipedScalar& b) {
  WipedScalar result;
  crypto_core_ristretto255_scalar_add(result.bytes_, a.bytes_, b.bytes_);
  return result;
}

WipedScalar MultiplyScalars(const WipedScalar& a, const WipedScalar& b) {
  WipedScalar result;
  crypto_core_ristretto255_scalar_mul(result.bytes_, a.bytes_, b.bytes_);
  return result;
}

WipedScalar MultiplyScalars(const PublicScalar& a, const WipedScalar& b) {
  WipedScalar result;
  crypto_core_ristretto255_scalar_mul(result.bytes_, a.data(), b.bytes_);
  return result;
}

const Element& BasePoint() {
  static const Element base = [] {
    const uint8_t one[32] = {1};
    Element element;
    GARDEROBE_CHECK(
        crypto_scalarmult_ristretto255_base(element.mutable_data(), one) == 0);
    return element;
  }();
  return base;
}

bool MultiplyOrIdentity(const WipedScalar& scalar, const Element& element,
                        Element* result) {
  return MultiplyRaw(scalar.ExposeSecret(), element, result);
}

bool MultiplyOrIdentity(const PublicScalar& scalar, const Element& element,
                        Element* result) {
  return MultiplyRaw(scalar.data(), element, result);
}

bool Negate(const Element& element, Element* result) {
  return Subtract(Element(), element, result);
}

}  // namespace garderobe
