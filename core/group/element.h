// Elements and scalars of ristretto255 (RFC 9496), through libsodium.
//
// An Element is 32 bytes of a claimed encoding. Whether it decodes is checked
// by every operation, and by Decode; the identity is refused everywhere,
// because libsodium's validity test accepts it. Copyable; thread-safe.
#ifndef GARDEROBE_CORE_GROUP_ELEMENT_H_
#define GARDEROBE_CORE_GROUP_ELEMENT_H_

#include <sodium.h>

#include <array>
#include <cstring>

#include "core/base/bytes.h"
#include "core/base/secret_bytes.h"

namespace garderobe {

struct ElementTag;
using Element = FixedBytes<32, ElementTag>;

// Reads a canonical encoding of an element other than the identity.
// InvalidArgument: anything else.
[[nodiscard]] absl::StatusOr<Element> DecodeElement(ByteSpan bytes);

// A scalar in 1..L-1 that lives on the stack for one row, and is wiped.
class EphemeralScalar {
 public:
  // Uniform.
  static EphemeralScalar Random() { return EphemeralScalar(); }
  ~EphemeralScalar() { sodium_memzero(bytes_, sizeof bytes_); }
  EphemeralScalar(const EphemeralScalar&) = delete;
  EphemeralScalar& operator=(const EphemeralScalar&) = delete;
  const uint8_t* ExposeSecret() const { return bytes_; }
  // For known-answer tests; 32 bytes.
  static EphemeralScalar FixedForTesting(ByteSpan bytes) {
    return EphemeralScalar(bytes);
  }

 private:
  EphemeralScalar() { crypto_core_ristretto255_scalar_random(bytes_); }
  explicit EphemeralScalar(ByteSpan bytes) {
    GARDEROBE_CHECK(bytes.size() == sizeof bytes_);
    std::memcpy(bytes_, bytes.data(), sizeof bytes_);
  }
  uint8_t bytes_[32];
};

// A long-lived secret scalar of one role, in guarded memory.
template <typename Role>
class SecretScalar {
 public:
  static SecretScalar Random() {
    const EphemeralScalar scalar = EphemeralScalar::Random();
    return SecretScalar(Bytes::CopyFrom({scalar.ExposeSecret(), 32}));
  }
  // InvalidArgument: not 32 bytes, zero, or not reduced modulo L.
  [[nodiscard]] static absl::StatusOr<SecretScalar> Decode(ByteSpan bytes) {
    if (bytes.size() != 32) return InvalidArgument("a scalar has 32 bytes");
    if (sodium_is_zero(bytes.data(), 32)) {
      return InvalidArgument("the scalar is zero");
    }
    uint8_t wide[64] = {0}, reduced[32];
    const ScopedWipe wipe_wide(wide, sizeof wide);
    const ScopedWipe wipe_reduced(reduced, sizeof reduced);
    std::memcpy(wide, bytes.data(), 32);
    crypto_core_ristretto255_scalar_reduce(reduced, wide);
    if (sodium_memcmp(reduced, bytes.data(), 32) != 0) {
      return InvalidArgument("the scalar is not reduced");
    }
    return SecretScalar(Bytes::CopyFrom(bytes));
  }
  const uint8_t* ExposeSecret() const { return bytes_.ExposeSecret(); }

 private:
  using Bytes = SecretBytes<32, Role>;
  explicit SecretScalar(Bytes bytes) : bytes_(std::move(bytes)) {}
  Bytes bytes_;
};

// scalar * G.
template <typename Scalar>
Element MultiplyBase(const Scalar& scalar) {
  Element result;
  // Fails only for a zero scalar, which neither type can hold.
  GARDEROBE_CHECK(crypto_scalarmult_ristretto255_base(
                      result.mutable_data(), scalar.ExposeSecret()) == 0);
  return result;
}

// scalar * element. False: `element` does not decode or is the identity.
template <typename Scalar>
[[nodiscard]] bool Multiply(const Scalar& scalar, const Element& element,
                            Element* result) {
  return crypto_scalarmult_ristretto255(result->mutable_data(),
                                        scalar.ExposeSecret(),
                                        element.data()) == 0;
}

// a + b, a - b. False: one does not decode. The result may be the identity.
[[nodiscard]] inline bool Add(const Element& a, const Element& b,
                              Element* result) {
  return crypto_core_ristretto255_add(result->mutable_data(), a.data(),
                                      b.data()) == 0;
}
[[nodiscard]] inline bool Subtract(const Element& a, const Element& b,
                                   Element* result) {
  return crypto_core_ristretto255_sub(result->mutable_data(), a.data(),
                                      b.data()) == 0;
}

// A uniformly random element.
Element RandomElement();

}  // namespace garderobe

#endif  // GARDEROBE_CORE_GROUP_ELEMENT_H_
