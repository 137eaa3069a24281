// Any sealed bytes, and any signed body: refused, whatever they are.
#include <sodium.h>

#include "core/keys/parameters.h"
#include "core/sealing/batch_sealer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe;
  static const SealingSecretKey secret = SealingSecretKey::Random();
  static const SealingPublicKey key = PublicKeyOf(secret);
  static const SigningSeed seed = SigningSeed::Random();
  static const VerifyKey verify = VerifyKeyOf(seed);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const BatchPlace place{SealedKind::kVisits, "museum-x", "files", 0, 1};
  GARDEROBE_CHECK(!OpenBatch(secret, key, place, text).ok());
  // Behind a seal that holds: what decompresses.
  (void)OpenBatch(secret, key, place, SealBatch(key, place, text));
  // Behind a signature that holds: the parser of bodies.
  uint8_t pk[32], sk[64], signature[64];
  crypto_sign_seed_keypair(pk, sk, seed.ExposeSecret());
  crypto_sign_detached(signature, nullptr, data, size, sk);
  (void)VerifyParameters(verify, "vault", text, AsView(signature));
  return 0;
}
