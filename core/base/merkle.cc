#include "core/base/merkle.h"

#include <sodium.h>

#include <bit>
#include <span>
#include <string_view>

#include "core/base/bytes.h"

namespace garderobe {
namespace {

constexpr std::string_view kLeafPrefix("\0", 1);
constexpr std::string_view kNodePrefix("\1", 1);

std::string Sha256(std::string_view prefix, std::string_view a,
                   std::string_view b = {}) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (std::string_view part : {prefix, a, b}) {
    crypto_hash_sha256_update(&state, AsBytes(part).data(), part.size());
  }
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256_final(&state, reinterpret_cast<uint8_t*>(hash.data()));
  return hash;
}

std::string Root(std::span<const std::string> leaves) {
  if (leaves.empty()) return Sha256({}, {});
  if (leaves.size() == 1) return Sha256(kLeafPrefix, leaves[0]);
  const size_t split = std::bit_ceil(leaves.size()) / 2;
  return Sha256(kNodePrefix, Root(leaves.first(split)),
                Root(leaves.subspan(split)));
}

}  // namespace

std::string MerkleRoot(const std::vector<std::string>& leaves) {
  return Root(leaves);
}

}  // namespace garderobe
