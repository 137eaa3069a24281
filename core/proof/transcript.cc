#include "core/proof/transcript.h"

namespace garderobe {

Transcript::Transcript(std::string_view label) {
  crypto_hash_sha512_init(&state_);
  Add(label).AddInteger(uint8_t{0});
}

Transcript& Transcript::Add(ByteSpan part) {
  crypto_hash_sha512_update(&state_, part.data(), part.size());
  return *this;
}

Digest512 Transcript::Digest() {
  Digest512 digest;
  crypto_hash_sha512_final(&state_, digest.mutable_data());
  return digest;
}

PublicScalar Transcript::Challenge() {
  uint8_t wide[64];
  crypto_hash_sha512_final(&state_, wide);
  return ReducePublicScalar(wide);
}

WipedScalar Transcript::Secret() {
  uint8_t wide[64];
  const ScopedWipe wipe(wide, sizeof wide);
  crypto_hash_sha512_final(&state_, wide);
  return WipedScalar::Reduce(wide);
}

}  // namespace garderobe
