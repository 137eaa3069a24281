#include "core/proof/schnorr.h"

#include <algorithm>
#include <string_view>

#include "core/proof/transcript.h"

namespace garderobe {

std::vector<WipedScalar> HedgedNonces(std::span<const WipedScalar> secrets,
                                      ByteSpan statement) {
  uint8_t fresh[32];
  const ScopedWipe wipe(fresh, sizeof fresh);
  randombytes_buf(fresh, sizeof fresh);
  std::vector<WipedScalar> nonces;
  nonces.reserve(secrets.size());
  for (size_t i = 0; i < secrets.size(); ++i) {
    Transcript transcript("garderobe/proof/nonce/v2");
    transcript.Add(fresh);
    for (const WipedScalar& secret : secrets) {
      transcript.Add(ByteSpan(secret.ExposeSecret(), 32));
    }
    transcript.Add(statement).AddInteger(static_cast<uint32_t>(i));
    nonces.push_back(transcript.Secret());
  }
  return nonces;
}

PublicScalar Respond(const WipedScalar& nonce, const PublicScalar& challenge,
                     const WipedScalar& secret) {
  const WipedScalar response =
      AddScalars(nonce, MultiplyScalars(challenge, secret));
  return PublicScalar::From(ByteSpan(response.ExposeSecret(), 32));
}

}  // namespace garderobe
