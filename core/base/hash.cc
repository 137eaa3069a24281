#include "core/base/hash.h"

namespace garderobe {

Hasher::Hasher(size_t bytes, ByteSpan key) : bytes_(bytes) {
  GARDEROBE_CHECK(crypto_generichash_init(&state_,
                                          key.empty() ? nullptr : key.data(),
                                          key.size(), bytes) == 0);
}

Hasher& Hasher::Add(ByteSpan part) {
  crypto_generichash_update(&state_, part.data(), part.size());
  return *this;
}

void Hasher::Finish(uint8_t* digest) {
  GARDEROBE_CHECK(crypto_generichash_final(&state_, digest, bytes_) == 0);
}

void HashInto(uint8_t* digest, size_t bytes, ByteSpan message, ByteSpan key) {
  GARDEROBE_CHECK(
      crypto_generichash(digest, bytes, message.data(), message.size(),
                         key.empty() ? nullptr : key.data(), key.size()) == 0);
}

}  // namespace garderobe
