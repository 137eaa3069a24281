// Any sealed bytes, and any signed body: refused, whatever they are.
#include <sodium.h>

#include "core/keys/round_statement.h"
#include "core/keys/sign.h"
#include "core/sealing/batch_sealer.h"
#include "core/sealing/sealed_answer.h"

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
  // Behind a signature that holds: the parsers of bodies.
  const SignedBody body = SignBody(seed, std::string(text));
  const auto parameters = VerifyParameters(verify, "vault", body.body,
                                           body.signature, {2026, 11, 28});
  if (parameters.ok()) {
    (void)TtpParameters::From(*parameters);
    (void)VaultParameters::From(*parameters);
    (void)AggregatorParameters::From(*parameters);
  }
  // A round's statement: as it comes, and behind seal and signature.
  GARDEROBE_CHECK(!OpenRoundStatement(secret, verify, text).ok());
  const auto sealed = SealAnswer(key.view(), body.body + body.signature);
  GARDEROBE_CHECK(sealed.ok());
  (void)OpenRoundStatement(secret, verify, *sealed);
  return 0;
}
