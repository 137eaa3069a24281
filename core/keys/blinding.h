// The blinding scalars of a party's commitments (protocol.md, 2), derived from
// one secret so that only that has to be kept.
#ifndef GARDEROBE_CORE_KEYS_BLINDING_H_
#define GARDEROBE_CORE_KEYS_BLINDING_H_

#include <string_view>

#include "core/base/secret_bytes.h"
#include "core/proof/pedersen.h"

namespace garderobe {

using CommitmentSecret = SecretBytes<32, struct CommitmentSecretRole>;

// rho = SHA-512("garderobe/blinding/v2" 00 || secret || name) modulo L, for the
// commitment of that name, such as "C_s".
BlindingScalar BlindingOf(const CommitmentSecret& secret,
                          std::string_view name);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_BLINDING_H_
