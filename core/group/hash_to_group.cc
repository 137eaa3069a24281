#include "core/group/hash_to_group.h"

#include <algorithm>
#include <string>

namespace garderobe {
namespace {
constexpr size_t kHashBytes = crypto_hash_sha512_BYTES;
constexpr size_t kBlockBytes = 128;
}  // namespace

void ExpandMessageXmd(ByteSpan message, std::string_view dst,
                      std::span<uint8_t> uniform_bytes) {
  GARDEROBE_CHECK(!dst.empty() && dst.size() <= 255);
  GARDEROBE_CHECK(uniform_bytes.size() <= 255 * kHashBytes);
  std::string dst_prime(dst);
  dst_prime.push_back(static_cast<char>(dst.size()));

  const uint8_t zero_block[kBlockBytes] = {0};
  const uint8_t length[2] = {static_cast<uint8_t>(uniform_bytes.size() >> 8),
                             static_cast<uint8_t>(uniform_bytes.size())};
  const uint8_t zero = 0;
  uint8_t b0[kHashBytes], bi[kHashBytes] = {0};
  const ScopedWipe wipe_b0(b0, sizeof b0), wipe_bi(bi, sizeof bi);

  crypto_hash_sha512_state state;
  const ScopedWipe wipe_state(&state, sizeof state);
  auto update = [&state](const void* data, size_t size) {
    crypto_hash_sha512_update(&state, static_cast<const uint8_t*>(data), size);
  };
  crypto_hash_sha512_init(&state);
  update(zero_block, sizeof zero_block);
  update(message.data(), message.size());
  update(length, sizeof length);
  update(&zero, 1);
  update(dst_prime.data(), dst_prime.size());
  crypto_hash_sha512_final(&state, b0);

  uint8_t counter = 1;
  for (size_t done = 0; done < uniform_bytes.size(); done += kHashBytes) {
    uint8_t mixed[kHashBytes];
    const ScopedWipe wipe_mixed(mixed, sizeof mixed);
    for (size_t i = 0; i < kHashBytes; ++i) mixed[i] = b0[i] ^ bi[i];
    crypto_hash_sha512_init(&state);
    update(mixed, sizeof mixed);
    update(&counter, 1);
    update(dst_prime.data(), dst_prime.size());
    crypto_hash_sha512_final(&state, bi);
    std::copy_n(bi, std::min(kHashBytes, uniform_bytes.size() - done),
                uniform_bytes.data() + done);
    ++counter;
  }
}

Element HashToGroup(std::string_view kind, std::string_view value) {
  std::string dst = "GARDEROBE-V1-ristretto255_XMD:SHA-512_R255MAP_RO_-";
  dst += kind;
  uint8_t uniform[64];
  const ScopedWipe wipe(uniform, sizeof uniform);
  ExpandMessageXmd(AsBytes(value), dst, uniform);
  Element element;
  crypto_core_ristretto255_from_hash(element.mutable_data(), uniform);
  return element;
}

}  // namespace garderobe
