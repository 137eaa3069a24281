// What the vault says of a round to the aggregator, sealed so that the TTP
// between them can't read it (protocol.md, 4).
//
// Every entry has a tag, a random point that the TTP sees only encrypted. The
// statement says what to do by tag. Sums that are weighted with a hash of the
// tags bind references and persons to them: whoever moves one of these to
// another entry would have to know the weights. The sum of the references is in
// the statement; that of the persons goes beside it, encrypted, since the TTP
// multiplies it by t as it does the persons.
#ifndef GARDEROBE_CORE_KEYS_ROUND_STATEMENT_H_
#define GARDEROBE_CORE_KEYS_ROUND_STATEMENT_H_

#include <map>
#include <string>
#include <string_view>

#include "core/group/elgamal.h"
#include "core/group/scalar.h"
#include "core/keys/receipt.h"
#include "core/sealing/round_confirmation.h"

namespace garderobe {

// What the aggregator is to do about the relation of an entry. On the wire,
// never change.
enum class RoundAction : uint8_t {
  kNone = 0,
  kLink = 1,    // make it the person's
  kObject = 2,  // its visitor objects
  kErase = 3,
  kWithdraw = 4,  // its visitor objects no longer
};

// BLAKE2b-128("garderobe/round-tag/v2" 00 || tag).
struct RoundTagDigestTag;
using RoundTagDigest = FixedBytes<16, RoundTagDigestTag>;
RoundTagDigest DigestOfTag(const Element& tag);

// SHA-512("garderobe/round-weight/v2" 00 || tag) modulo L, little-endian.
PublicScalar WeightOfTag(const Element& tag);

struct RoundStatement {
  uint64_t number = 0;  // grows with every round, so that none comes twice
  // The aggregator answers with it once the round is stored.
  RoundConfirmation confirmation;
  // One an entry.
  std::map<RoundTagDigest, RoundAction> actions;
  // The sum of the references, each times the weight of its entry's tag. The
  // TTP rerandomises the references, which changes the sum's encryption and
  // not what it decrypts to.
  Ciphertext references;
};

// Signed by the vault, then sealed to the aggregator with crypto_box_seal:
// body (below) || signature (64).
// body = "garderobe/round/v2" 00 || number (8) || confirmation (16) ||
//        references (64) || entries (4) || entries x ( digest (16) || action
//        (1) ), digests ascending
std::string SealRoundStatement(const ReceiptSeed& vault,
                               const SealingPublicKey& aggregator,
                               const RoundStatement& statement);

// FailedPrecondition, one fixed text: it does not open with `secret`, is not
// signed by `vault`, or is malformed.
[[nodiscard]] absl::StatusOr<RoundStatement> OpenRoundStatement(
    const SealingSecretKey& secret, const VerifyKey& vault,
    std::string_view sealed);

// Adds `element` times `weight` to `sum`. False: `element` does not decode.
[[nodiscard]] bool AddWeighted(const PublicScalar& weight,
                               const Element& element, Element* sum);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_ROUND_STATEMENT_H_
