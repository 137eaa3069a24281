// What a party keeps of a visitor, told to the institution that asked
// (protocol.md, 6): signed, then sealed to its access key, so that whoever
// opens it can show that it answers this request and no other.
#ifndef GARDEROBE_CORE_KEYS_ACCESS_ANSWER_H_
#define GARDEROBE_CORE_KEYS_ACCESS_ANSWER_H_

#include <string>
#include <string_view>

#include "core/keys/receipt.h"
#include "core/sealing/sealed_answer.h"

namespace garderobe {

struct AccessAnswer {
  std::string_view party;  // vault, aggregator
  RequestId request_id;
  SubjectCommitment subject;
  SealingPublicKey access_key;  // whom it is sealed to
};

// crypto_box_seal(access key, signature (64) || held), where `held` is filled
// up with spaces to PaddedPayloadBytes, for the TTP sees the length and would
// read from it who is known; and the signature is Ed25519 by the receipt key
// over
//   "garderobe/access-answer/v2" 00 || LP(party) || request id (16) ||
//   subject (32) || access key (32) || BLAKE2b-256(held)
// InvalidArgument: the access key is not an X25519 key.
[[nodiscard]] absl::StatusOr<std::string> SealAccessAnswer(
    const ReceiptSeed& seed, const AccessAnswer& answer, std::string_view held);

// What is held. InvalidArgument: not sealed to this key. FailedPrecondition:
// not signed by `key` for this request.
[[nodiscard]] absl::StatusOr<std::string> OpenAccessAnswer(
    const SealingSecretKey& secret, const VerifyKey& key,
    const AccessAnswer& answer, std::string_view sealed);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_ACCESS_ANSWER_H_
