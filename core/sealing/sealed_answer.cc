#include "core/sealing/sealed_answer.h"

#include <sodium.h>

#include "core/base/hash.h"

namespace garderobe {

absl::StatusOr<std::string> SealAnswer(std::string_view recipient,
                                       std::string_view answer) {
  std::string sealed(answer.size() + crypto_box_SEALBYTES, '\0');
  if (recipient.size() != crypto_box_PUBLICKEYBYTES ||
      crypto_box_seal(reinterpret_cast<uint8_t*>(sealed.data()),
                      AsBytes(answer).data(), answer.size(),
                      AsBytes(recipient).data()) != 0) {
    return InvalidArgument("recipient: an X25519 key, 32 bytes");
  }
  return sealed;
}

absl::StatusOr<std::string> OpenAnswer(const SealingSecretKey& secret,
                                       std::string_view sealed) {
  const SealingPublicKey key = PublicKeyOf(secret);
  if (sealed.size() < crypto_box_SEALBYTES) {
    return InvalidArgument("the answer is not sealed to this key");
  }
  std::string answer(sealed.size() - crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal_open(reinterpret_cast<uint8_t*>(answer.data()),
                           AsBytes(sealed).data(), sealed.size(), key.data(),
                           secret.ExposeSecret()) != 0) {
    return InvalidArgument("the answer is not sealed to this key");
  }
  return answer;
}

SealingSecretKey AccessKeyOf(const InstitutionHandleKey& key) {
  constexpr std::string_view kLabel("garderobe/access-key/v1\0", 24);
  return DeriveSecret<SealingSecretKey>(key, {kLabel});
}

}  // namespace garderobe
