#include "core/conversion/answer_seed.h"

#include <string>
#include <string_view>

namespace garderobe {

AnswerSeed AnswerSeedOf(const AnswerDayKey& key, const AnswerId& id) {
  constexpr std::string_view kLabel("garderobe/answer-seed/v2\0", 25);
  return DeriveSecret<AnswerSeed>({key.ExposeSecret(), AnswerDayKey::kBytes},
                                  {kLabel, id.view()});
}

WipedScalar AnswerScalar(const AnswerSeed& seed, uint32_t place,
                         AnswerSlot slot) {
  constexpr std::string_view kLabel("garderobe/answer/v2\0", 20);
  std::string where;
  PutBigEndian(where, place);
  where.push_back(static_cast<char>(slot));
  crypto_hash_sha512_state state;
  const ScopedWipe wipe_state(&state, sizeof state);
  uint8_t wide[crypto_hash_sha512_BYTES];
  const ScopedWipe wipe(wide, sizeof wide);
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, AsBytes(kLabel).data(), kLabel.size());
  crypto_hash_sha512_update(&state, seed.ExposeSecret(), AnswerSeed::kBytes);
  crypto_hash_sha512_update(&state, AsBytes(where).data(), where.size());
  crypto_hash_sha512_final(&state, wide);
  return WipedScalar::Reduce(wide);
}

}  // namespace garderobe
