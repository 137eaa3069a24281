// The two steps of a Schnorr proof that touch secrets: drawing the nonces, and
// answering the challenge.
#ifndef GARDEROBE_CORE_PROOF_SCHNORR_H_
#define GARDEROBE_CORE_PROOF_SCHNORR_H_

#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/group/scalar.h"

namespace garderobe {

// Draws one nonce for each of `secrets`. Nonce i is SHA-512 of the label
// "garderobe/proof/nonce/v2" 00, 32 fresh random bytes, all secrets,
// `statement` and i, modulo L: a bad source of randomness alone does not make
// two proofs share a nonce, because another statement gives other nonces.
std::vector<WipedScalar> HedgedNonces(std::span<const WipedScalar> secrets,
                                      ByteSpan statement);

// nonce + challenge * secret. A nonce answers one challenge only: two answers
// reveal the secret.
PublicScalar Respond(const WipedScalar& nonce, const PublicScalar& challenge,
                     const WipedScalar& secret);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_PROOF_SCHNORR_H_
