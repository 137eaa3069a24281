#include "core/keys/blinding.h"

namespace garderobe {

BlindingScalar BlindingOf(const CommitmentSecret& secret,
                          std::string_view name) {
  constexpr std::string_view kLabel("garderobe/blinding/v2\0", 22);
  crypto_hash_sha512_state state;
  const ScopedWipe wipe_state(&state, sizeof state);
  uint8_t wide[crypto_hash_sha512_BYTES];
  const ScopedWipe wipe(wide, sizeof wide);
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, AsBytes(kLabel).data(), kLabel.size());
  crypto_hash_sha512_update(&state, secret.ExposeSecret(),
                            CommitmentSecret::kBytes);
  crypto_hash_sha512_update(&state, AsBytes(name).data(), name.size());
  crypto_hash_sha512_final(&state, wide);
  const WipedScalar reduced = WipedScalar::Reduce(wide);
  auto scalar = BlindingScalar::Decode({reduced.ExposeSecret(), 32});
  GARDEROBE_CHECK(scalar.ok());  // zero with probability 2^-252
  return *std::move(scalar);
}

}  // namespace garderobe
