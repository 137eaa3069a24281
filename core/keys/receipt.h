// A party's word that it has done what a visitor asked (protocol.md, 5).
#ifndef GARDEROBE_CORE_KEYS_RECEIPT_H_
#define GARDEROBE_CORE_KEYS_RECEIPT_H_

#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/keys/parameters.h"

namespace garderobe {

// As v1.Right; stored in receipts, never change.
enum class VisitorRight : uint8_t {
  kErase = 1,
  kAccess = 2,
  kObject = 3,
  kWithdraw = 4,
};
std::string_view RightName(VisitorRight right);  // erase, access, ...

struct RequestIdTag;
using RequestId = FixedBytes<16, RequestIdTag>;  // random, the client's

struct Receipt {
  std::string party;  // vault, aggregator
  VisitorRight right = VisitorRight::kErase;
  RequestId request_id;
  uint64_t unix_seconds = 0;  // when it was done
};

// An Ed25519 key of its own, so that no key signs two kinds of thing. Its seed
// is BLAKE2b-256(signing seed, "garderobe/receipt-key/v1" 00).
using ReceiptSeed = SecretBytes<32, struct ReceiptSeedRole>;
ReceiptSeed ReceiptSeedOf(const SigningSeed& seed);
VerifyKey VerifyKeyOf(const ReceiptSeed& seed);

// body = "garderobe/receipt/v1" 00 || LP(party) || right (1) ||
//        request id (16) || Unix seconds (8)
SignedBody SignReceipt(const ReceiptSeed& seed, const Receipt& receipt);

// FailedPrecondition, one fixed text: not signed by `key`, or malformed.
[[nodiscard]] absl::StatusOr<Receipt> VerifyReceipt(const VerifyKey& key,
                                                    std::string_view body,
                                                    std::string_view signature);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_RECEIPT_H_
