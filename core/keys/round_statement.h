// What the vault says of a round to the aggregator, sealed so that the TTP
// between them can't read it (protocol.md, 4 and 6).
#ifndef GARDEROBE_CORE_KEYS_ROUND_STATEMENT_H_
#define GARDEROBE_CORE_KEYS_ROUND_STATEMENT_H_

#include <string>

#include "core/group/elgamal.h"
#include "core/keys/receipt.h"

namespace garderobe {

struct RoundStatement {
  uint64_t number = 0;   // grows with every round, so that none comes twice
  uint32_t entries = 0;   // in the round
  // Of the references of all entries. The TTP rerandomises each, which changes
  // the sum's encryption and not what it decrypts to.
  Ciphertext sum;
};

// Signed by the vault, then sealed to the aggregator with crypto_box_seal:
// body (below) || signature (64).
// body = "garderobe/round/v2" 00 || number (8) || entries (4) || sum (64)
std::string SealRoundStatement(const ReceiptSeed& vault,
                               const SealingPublicKey& aggregator,
                               const RoundStatement& statement);

// FailedPrecondition, one fixed text: it does not open with `secret`, is not
// signed by `vault`, or is malformed.
[[nodiscard]] absl::StatusOr<RoundStatement> OpenRoundStatement(
    const SealingSecretKey& secret, const VerifyKey& vault,
    std::string_view sealed);

// What the aggregator is to do about the relation of an entry, encrypted to it
// as a point: a TTP that saw it would learn which entries belong to which
// request. Stored nowhere; the names are on the wire.
enum class RoundAction : uint8_t { kNone, kLink, kErase, kWithdraw };
inline constexpr size_t kRoundActionCount = 4;

// HashToGroup("action", name), with names none, link, erase and withdraw. A
// relation whose visitor objects is linked to the identity.
const Element& PointOf(RoundAction action);
// kNone for a point that is none of them.
RoundAction ActionOf(const Element& point);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_ROUND_STATEMENT_H_
