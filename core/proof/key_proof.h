// Proof of possession: whoever publishes a point knows its logarithm
// (protocol.md, 2). Without it a party could publish a point made out of
// another's, and open what is encrypted to the sum of both.
#ifndef GARDEROBE_CORE_PROOF_KEY_PROOF_H_
#define GARDEROBE_CORE_PROOF_KEY_PROOF_H_

#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"
#include "core/group/element.h"
#include "core/group/scalar.h"

namespace garderobe {

// Stored, never change: the challenge c (32 bytes), then the response
// x' = w + c*x (32 bytes), both reduced. c is SHA-512 over
//   "garderobe/key-proof/v2" 00 || LP(party) || LP(name) || serial (4 bytes)
//   || point (32) || T (32),  T = w*G,
// little-endian, modulo L.
inline constexpr size_t kKeyProofBytes = 64;
struct KeyProofTag;
using KeyProof = FixedBytes<kKeyProofBytes, KeyProofTag>;

// What a proof is bound to. The views live as long as the call.
struct KeyProofSubject {
  std::string_view party;  // at most 65535 bytes, as the name
  std::string_view name;   // of the point, as it is published
  uint32_t serial = 0;     // of the parameters it is published in
  Element point;
};

// Proves `secret` to be the logarithm of `subject.point`. Does not check that
// it is: a proof made with another secret is refused by the verifier.
KeyProof ProveKeyWiped(const KeyProofSubject& subject,
                       const WipedScalar& secret);
template <typename Scalar>
KeyProof ProveKey(const KeyProofSubject& subject, const Scalar& secret) {
  return ProveKeyWiped(subject, WipedScalar::CopyOf(secret));
}

// InvalidArgument: not 64 bytes, a scalar is not reduced, or the point does not
// decode or is the identity. FailedPrecondition: the proof does not hold.
[[nodiscard]] absl::Status VerifyKeyProof(const KeyProofSubject& subject,
                                          std::string_view proof);

// As ProveKeyWiped, with a known nonce.
KeyProof ProveKeyWithNonceForTesting(const KeyProofSubject& subject,
                                     const WipedScalar& secret,
                                     const WipedScalar& nonce);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_PROOF_KEY_PROOF_H_
