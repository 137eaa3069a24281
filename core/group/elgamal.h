// ElGamal over ristretto255: encryption with one randomness over independent
// keys, shuffling with rerandomisation, decryption (protocol.md, 3).
//
// Inside, the letters are the protocol's: A, B, Y, r, q, s.
#ifndef GARDEROBE_CORE_GROUP_ELGAMAL_H_
#define GARDEROBE_CORE_GROUP_ELGAMAL_H_

#include "core/group/element.h"

namespace garderobe {

// B = M + r*Y. False: `message` or `public_key` does not decode.
template <typename Scalar>
[[nodiscard]] bool Encrypt(const Scalar& r, const Element& message,
                           const Element& public_key, Element* point_b) {
  Element mask;
  return Multiply(r, public_key, &mask) && Add(message, mask, point_b);
}

// A' = s*A + q*G. False: `point_a` does not decode or is the identity.
template <typename Shuffle, typename Scalar>
[[nodiscard]] bool ShuffleA(const Shuffle& s, const Scalar& q,
                            const Element& point_a, Element* result) {
  Element multiplied;
  return Multiply(s, point_a, &multiplied) &&
         Add(multiplied, MultiplyBase(q), result);
}

// B' = s*B + q*Y. False: `point_b` does not decode or is the identity.
template <typename Shuffle, typename Scalar>
[[nodiscard]] bool ShuffleB(const Shuffle& s, const Scalar& q,
                            const Element& point_b, const Element& public_key,
                            Element* result) {
  Element multiplied, mask;
  return Multiply(s, point_b, &multiplied) && Multiply(q, public_key, &mask) &&
         Add(multiplied, mask, result);
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

// (s*A + q*G, s*B + q*Y) with a fresh q. False: a point does not decode.
template <typename Shuffle>
[[nodiscard]] bool ShuffleFresh(const Shuffle& s, const Ciphertext& in,
                                const Element& public_key, Ciphertext* out) {
  const EphemeralScalar q = EphemeralScalar::Random();
  return ShuffleA(s, q, in.point_a, &out->point_a) &&
         ShuffleB(s, q, in.point_b, public_key, &out->point_b);
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_GROUP_ELGAMAL_H_
