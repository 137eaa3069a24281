// BLAKE2b (RFC 7693) of a message given whole or in parts, through libsodium.
//
// Not for elements of the group (core/group/hash_to_group.h) and not for
// proofs, whose challenges are SHA-512 (core/proof).
#ifndef GARDEROBE_CORE_BASE_HASH_H_
#define GARDEROBE_CORE_BASE_HASH_H_

#include <sodium.h>

#include <initializer_list>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/secret_bytes.h"

namespace garderobe {

struct Digest128Tag;
struct Digest256Tag;
using Digest128 = FixedBytes<16, Digest128Tag>;
using Digest256 = FixedBytes<32, Digest256Tag>;

// Takes a message in parts. `bytes` of output, at most 64; `key` of at most 64
// bytes, none for an unkeyed hash. The state is wiped. Not thread-safe.
class Hasher {
 public:
  explicit Hasher(size_t bytes, ByteSpan key = {});
  ~Hasher() { sodium_memzero(&state_, sizeof state_); }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& Add(ByteSpan part);
  Hasher& Add(std::string_view part) { return Add(AsBytes(part)); }
  // Writes the digest, as long as was asked for. Once, at the end.
  void Finish(uint8_t* digest);

 private:
  const size_t bytes_;
  crypto_generichash_state state_;
};

// Hashes a whole message at once, which is quicker than a Hasher. Writes
// `bytes` at `digest`, which may lie inside the message. The bounds are those
// of Hasher.
void HashInto(uint8_t* digest, size_t bytes, ByteSpan message,
              ByteSpan key = {});

// The digest of all parts, one after another. `Digest` is a FixedBytes.
template <typename Digest = Digest256>
Digest Hash(std::initializer_list<std::string_view> parts, ByteSpan key = {}) {
  Hasher hasher(Digest::kBytes, key);
  for (std::string_view part : parts) hasher.Add(part);
  Digest digest;
  hasher.Finish(digest.mutable_data());
  return digest;
}
template <typename Digest = Digest256>
Digest Hash(std::string_view message, ByteSpan key = {}) {
  Digest digest;
  HashInto(digest.mutable_data(), Digest::kBytes, AsBytes(message), key);
  return digest;
}
// Under a secret key of at most 64 bytes.
template <typename Digest = Digest256, size_t N, typename Role>
Digest Hash(std::string_view message, const SecretBytes<N, Role>& key) {
  return Hash<Digest>(message, ByteSpan(key.ExposeSecret(), N));
}

template <typename Digest = Digest256, size_t N, typename Role>
Digest Hash(std::initializer_list<std::string_view> parts,
            const SecretBytes<N, Role>& key) {
  return Hash<Digest>(parts, ByteSpan(key.ExposeSecret(), N));
}

// A secret derived from `key` for one purpose: the digest of all parts under
// the key. `Secret` is a SecretBytes.
template <typename Secret>
Secret DeriveSecret(ByteSpan key,
                    std::initializer_list<std::string_view> parts) {
  uint8_t derived[Secret::kBytes];
  const ScopedWipe wipe(derived, sizeof derived);
  Hasher hasher(sizeof derived, key);
  for (std::string_view part : parts) hasher.Add(part);
  hasher.Finish(derived);
  return Secret::CopyFrom(derived);
}
template <typename Secret, size_t N, typename Role>
Secret DeriveSecret(const SecretBytes<N, Role>& key,
                    std::initializer_list<std::string_view> parts) {
  return DeriveSecret<Secret>(ByteSpan(key.ExposeSecret(), N), parts);
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_HASH_H_
