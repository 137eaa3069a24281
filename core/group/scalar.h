// Arithmetic on scalars modulo L, for proofs (protocol.md, 8).
//
// Both types hold 0 to L-1. A WipedScalar is secret; a PublicScalar is a
// challenge or a response. Thread-safe.
#ifndef GARDEROBE_CORE_GROUP_SCALAR_H_
#define GARDEROBE_CORE_GROUP_SCALAR_H_

#include <sodium.h>

#include <cstdint>
#include <cstring>
#include <span>

#include "core/base/bytes.h"
#include "core/base/secret_bytes.h"
#include "core/group/element.h"

namespace garderobe {

// 32 bytes, little-endian. Compared in variable time.
struct PublicScalarTag;
using PublicScalar = FixedBytes<32, PublicScalarTag>;

// Reads a scalar; zero is one.
// InvalidArgument: not 32 bytes, or not reduced modulo L.
[[nodiscard]] absl::StatusOr<PublicScalar> DecodePublicScalar(ByteSpan bytes);

// Reduces 64 bytes, little-endian, modulo L.
PublicScalar ReducePublicScalar(std::span<const uint8_t, 64> wide);

// A secret scalar that may be zero and may be moved, unlike an EphemeralScalar:
// for witnesses, nonces and sums of them. Every copy that it leaves behind is
// wiped. Not in locked memory, so not for keys that live long (SecretScalar).
class WipedScalar {
 public:
  // Zero.
  WipedScalar() = default;
  // Copies a scalar of any other secret type.
  template <typename Scalar>
  static WipedScalar CopyOf(const Scalar& scalar) {
    WipedScalar result;
    std::memcpy(result.bytes_, scalar.ExposeSecret(), sizeof result.bytes_);
    return result;
  }
  // Reduces 64 bytes, little-endian, modulo L. The caller wipes them.
  static WipedScalar Reduce(std::span<const uint8_t, 64> wide);

  ~WipedScalar() { sodium_memzero(bytes_, sizeof bytes_); }
  WipedScalar(WipedScalar&& other) noexcept { *this = std::move(other); }
  // The other one keeps its value, and wipes it at the end of its life.
  WipedScalar& operator=(WipedScalar&& other) noexcept {
    std::memmove(bytes_, other.bytes_, sizeof bytes_);
    return *this;
  }

  const uint8_t* ExposeSecret() const { return bytes_; }

 private:
  friend WipedScalar AddScalars(const WipedScalar& a, const WipedScalar& b);
  friend WipedScalar MultiplyScalars(const WipedScalar& a,
                                     const WipedScalar& b);
  friend WipedScalar MultiplyScalars(const PublicScalar& a,
                                     const WipedScalar& b);
  uint8_t bytes_[32] = {0};
};

// a + b and a * b, modulo L.
WipedScalar AddScalars(const WipedScalar& a, const WipedScalar& b);
WipedScalar MultiplyScalars(const WipedScalar& a, const WipedScalar& b);
WipedScalar MultiplyScalars(const PublicScalar& a, const WipedScalar& b);

// G.
const Element& BasePoint();

// scalar * element, where the scalar may be zero and the element the identity;
// the identity comes out of either. Takes constant time in a secret scalar
// that is not zero. False: `element` does not decode.
[[nodiscard]] bool MultiplyOrIdentity(const WipedScalar& scalar,
                                      const Element& element, Element* result);
[[nodiscard]] bool MultiplyOrIdentity(const PublicScalar& scalar,
                                      const Element& element, Element* result);

// -element. False: it does not decode.
[[nodiscard]] bool Negate(const Element& element, Element* result);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_GROUP_SCALAR_H_
