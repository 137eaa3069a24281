// A party's word that it has done what a visitor asked (protocol.md, 6).
#ifndef GARDEROBE_CORE_KEYS_RECEIPT_H_
#define GARDEROBE_CORE_KEYS_RECEIPT_H_

#include <optional>
#include <string>
#include <string_view>

#include "core/base/hash.h"
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
// What names the person a right is about. Signed, never change.
enum class SubjectType : uint8_t {
  kHandle = 1,    // a customer of the institution
  kIdentity = 2,  // whoever shows some identifiers
};
std::string_view RightName(VisitorRight right);  // erase, access, ...

struct RequestIdTag;
using RequestId = FixedBytes<16, RequestIdTag>;  // random, the client's

// A commitment to whom the right is about (subject.h).
struct SubjectCommitmentTag;
using SubjectCommitment = FixedBytes<32, SubjectCommitmentTag>;

struct Receipt {
  std::string party;  // vault, aggregator
  VisitorRight right = VisitorRight::kErase;
  RequestId request_id;
  uint64_t unix_seconds = 0;  // when it was done
  SubjectCommitment subject;
  // What the party acted on, where that is proved to the client: of the vault
  // the converted identity, of the aggregator the encrypted reference. Zeros
  // where it is not.
  Digest256 acted_on;
  // What was removed, where it may be told: of the institution's own customer.
  struct Counts {
    uint32_t relations = 0;
    uint64_t visits = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
  };
  std::optional<Counts> counts;
  Digest256 answer;  // BLAKE2b-256 of the sealed answer; zeros without one
};

// An Ed25519 key of its own, so that no key signs two kinds of thing. Its seed
// is BLAKE2b-256(signing seed, "garderobe/receipt-key/v1" 00).
using ReceiptSeed = SecretBytes<32, struct ReceiptSeedRole>;
ReceiptSeed ReceiptSeedOf(const SigningSeed& seed);
VerifyKey VerifyKeyOf(const ReceiptSeed& seed);

// body = "garderobe/receipt/v2" 00 || LP(party) || right (1) ||
//        request id (16) || Unix seconds (8) || subject (32) ||
//        acted on (32) || told (1: 0 or 1) || relations (4) || visits (8) ||
//        answer (32); relations and visits are 0 when they are not told
SignedBody SignReceipt(const ReceiptSeed& seed, const Receipt& receipt);

// FailedPrecondition, one fixed text: not signed by `key`, or malformed.
[[nodiscard]] absl::StatusOr<Receipt> VerifyReceipt(const VerifyKey& key,
                                                    std::string_view body,
                                                    std::string_view signature);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_RECEIPT_H_
