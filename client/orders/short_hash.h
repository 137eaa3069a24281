// Hashes for tables that live as long as a process: SipHash-2-4 under a key
// that it draws, so that no file can be made to collide.
#ifndef GARDEROBE_CLIENT_ORDERS_SHORT_HASH_H_
#define GARDEROBE_CLIENT_ORDERS_SHORT_HASH_H_

#include <sodium.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"

namespace garderobe::client {

// 8 bytes of `text`.
inline uint64_t ShortHashOf(std::string_view text) {
  static const auto key = [] {
    std::array<uint8_t, crypto_shorthash_KEYBYTES> drawn;
    randombytes_buf(drawn.data(), drawn.size());
    return drawn;
  }();
  uint8_t hash[crypto_shorthash_BYTES];
  crypto_shorthash(hash, AsBytes(text).data(), text.size(), key.data());
  return GetBigEndian<uint64_t>(hash);
}

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_SHORT_HASH_H_
