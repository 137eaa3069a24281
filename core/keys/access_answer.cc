#include "core/keys/access_answer.h"

#include <sodium.h>

#include "core/keys/sign.h"
#include "core/sealing/author_payload.h"

namespace garderobe {
namespace {

constexpr std::string_view kAccessAnswerLabel("garderobe/access-answer/v2\0",
                                              27);

std::string BodyOf(const AccessAnswer& answer, std::string_view held) {
  std::string body(kAccessAnswerLabel);
  PutLengthPrefixed(body, answer.party);
  body.append(answer.request_id.view());
  body.append(answer.subject.view());
  body.append(answer.access_key.view());
  body.append(Hash({held}).view());
  return body;
}

}  // namespace

absl::StatusOr<std::string> SealAccessAnswer(const ReceiptSeed& seed,
                                             const AccessAnswer& answer,
                                             std::string_view held) {
  std::string padded(held);
  padded.resize(PaddedPayloadBytes(held.size()), ' ');
  std::string plain = SignBody(seed, BodyOf(answer, padded)).signature;
  plain.append(padded);
  return SealAnswer(answer.access_key.view(), plain);
}

absl::StatusOr<std::string> OpenAccessAnswer(const SealingSecretKey& secret,
                                             const VerifyKey& key,
                                             const AccessAnswer& answer,
                                             std::string_view sealed) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string plain,
                             OpenAnswer(secret, sealed));
  if (plain.size() >= crypto_sign_BYTES) {
    const std::string_view view(plain);
    const std::string_view held = view.substr(crypto_sign_BYTES);
    if (IsSignedBy(key, BodyOf(answer, held),
                   view.substr(0, crypto_sign_BYTES))) {
      return std::string(held.substr(0, held.find_last_not_of(' ') + 1));
    }
  }
  return FailedPrecondition(
      "the answer of the {} is not signed for this "
      "request",
      answer.party);
}

}  // namespace garderobe
