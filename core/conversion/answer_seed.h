// The randomness of the vault's answers (protocol.md, 3): derived from a seed
// for each answer, so that an answer that somebody doubts can be opened. A
// vault that could choose it freely could mark its answers for the aggregator.
#ifndef GARDEROBE_CORE_CONVERSION_ANSWER_SEED_H_
#define GARDEROBE_CORE_CONVERSION_ANSWER_SEED_H_

#include "core/base/hash.h"
#include "core/group/scalar.h"

namespace garderobe {

struct AnswerIdTag;
using AnswerId = FixedBytes<16, AnswerIdTag>;  // random, told with the answer
using AnswerDayKey = SecretBytes<32, struct AnswerDayKeyRole>;
using AnswerSeed = SecretBytes<32, struct AnswerSeedRole>;

// BLAKE2b-256(day key, "garderobe/answer-seed/v2" 00 || answer id).
AnswerSeed AnswerSeedOf(const AnswerDayKey& key, const AnswerId& id);

enum class AnswerSlot : uint8_t { kPerson = 1, kHousehold = 2 };

// r1 or r2 of the row at `place`: SHA-512("garderobe/answer/v2" 00 || seed ||
// place (4) || slot (1)), 64 bytes little-endian modulo L.
WipedScalar AnswerScalar(const AnswerSeed& seed, uint32_t place,
                         AnswerSlot slot);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CONVERSION_ANSWER_SEED_H_
