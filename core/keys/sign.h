// Ed25519 over a body whose label says what it is. For the files beside it,
// which each sign one kind of thing.
#ifndef GARDEROBE_CORE_KEYS_SIGN_H_
#define GARDEROBE_CORE_KEYS_SIGN_H_

#include <sodium.h>

#include "core/keys/parameters.h"

namespace garderobe {

// `Seed` is of 32 bytes.
template <typename Seed>
SignedBody SignBody(const Seed& seed, std::string body) {
  static_assert(Seed::kBytes == crypto_sign_SEEDBYTES);
  SignedBody result{std::move(body), std::string(crypto_sign_BYTES, '\0')};
  uint8_t public_key[crypto_sign_PUBLICKEYBYTES],
      secret[crypto_sign_SECRETKEYBYTES];
  const ScopedWipe wipe(secret, sizeof secret);
  crypto_sign_seed_keypair(public_key, secret, seed.ExposeSecret());
  crypto_sign_detached(reinterpret_cast<uint8_t*>(result.signature.data()),
                       nullptr, AsBytes(result.body).data(), result.body.size(),
                       secret);
  return result;
}

[[nodiscard]] inline bool IsSignedBy(const VerifyKey& key,
                                     std::string_view body,
                                     std::string_view signature) {
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(AsBytes(signature).data(),
                                     AsBytes(body).data(), body.size(),
                                     key.data()) == 0;
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_SIGN_H_
