// ElGamal over ristretto255: encryption with one randomness over independent
// keys, and decryption (protocol.md, 3). Conversion: core/conversion.
//
// Inside, the letters are the protocol's: A, B, Y, r.
#ifndef GARDEROBE_CORE_GROUP_ELGAMAL_H_
#define GARDEROBE_CORE_GROUP_ELGAMAL_H_

#include <string>
#include <string_view>

#include "core/group/element.h"

namespace garderobe {

// B = M + r*Y. False: `message` or `public_key` does not decode.
template <typename Scalar>
[[nodiscard]] bool Encrypt(const Scalar& r, const Element& message,
                           const Element& public_key, Element* point_b) {
  Element mask;
  return Multiply(r, public_key, &mask) && Add(message, mask, point_b);
}

// X = B - y*A. False: a point does not decode, or the result is the identity.
template <typename Decryption>
[[nodiscard]] bool Decrypt(const Decryption& y, const Element& point_a,
                           const Element& point_b, Element* message) {
  Element mask;
  return Multiply(y, point_a, &mask) && Subtract(point_b, mask, message) &&
         !message->is_zero();
}

// As Decrypt, but the message may be the identity: nobody.
template <typename Decryption>
[[nodiscard]] bool DecryptOrNobody(const Decryption& z, const Element& point_a,
                                   const Element& point_b, Element* message) {
  Element mask;
  return Multiply(z, point_a, &mask) && Subtract(point_b, mask, message);
}

// A ciphertext of one element, as it stands on the wire: 64 bytes, A then B.
struct Ciphertext {
  static constexpr size_t kBytes = 64;
  Element point_a;
  Element point_b;

  static Ciphertext From(std::string_view bytes) {
    return {Element::From(bytes.substr(0, 32)),
            Element::From(bytes.substr(32, 32))};
  }
  void AppendTo(std::string& out) const {
    out.append(point_a.view());
    out.append(point_b.view());
  }
};

// (r*G, M + r*Y) with a fresh r. `public_key` is valid; `message` is, or is the
// identity.
Ciphertext EncryptFresh(const Element& message, const Element& public_key);

// (r*G, M + r*Y) with this r, for who has to show it later. The same holds.
template <typename Scalar>
Ciphertext EncryptWith(const Scalar& r, const Element& message,
                       const Element& public_key) {
  Ciphertext result;
  result.point_a = MultiplyBase(r);
  GARDEROBE_CHECK(Encrypt(r, message, public_key, &result.point_b));
  return result;
}

// The sum of two ciphertexts, which decrypts to the sum of their elements.
// False: a point does not decode.
[[nodiscard]] inline bool AddTo(const Ciphertext& term, Ciphertext* sum) {
  return Add(sum->point_a, term.point_a, &sum->point_a) &&
         Add(sum->point_b, term.point_b, &sum->point_b);
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_GROUP_ELGAMAL_H_
