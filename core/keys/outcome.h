// The aggregator's word for what became of a batch (protocol.md, 5): the client
// keeps it, and the TTP between them can't say otherwise.
#ifndef GARDEROBE_CORE_KEYS_OUTCOME_H_
#define GARDEROBE_CORE_KEYS_OUTCOME_H_

#include <string>
#include <string_view>

#include "core/base/hash.h"
#include "core/keys/receipt.h"

namespace garderobe {

struct Outcome {
  SealedKind kind = SealedKind::kVisits;
  std::string_view institution;
  std::string_view client;  // its name in the register
  std::string_view source;  // of the feed
  uint64_t offset = 0;      // of the batch's first row in the feed
  uint32_t count = 0;       // rows; those that were not accepted were refused
  uint32_t accepted = 0;    // at most count; replacements included
  uint32_t replaced = 0;
  Digest256 sealed;  // BLAKE2b-256 of the payload as it was sealed
};

// Ed25519, 64 bytes, over
//   "garderobe/outcome/v2" 00 || LP(institution) || LP(client) || LP(source) ||
//   kind (1: 1 visits, 2 relations) || offset (8) || count (4) ||
//   accepted (4) || replaced (4) || refused (4) || sealed (32)
// where `refused` is count - accepted.
std::string SignOutcome(const ReceiptSeed& aggregator, const Outcome& outcome);

// `key` is the receipt key that the aggregator has published. False too for an
// outcome that accepts more rows than there are.
[[nodiscard]] bool IsOutcomeBy(const VerifyKey& key, const Outcome& outcome,
                               std::string_view signature);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_OUTCOME_H_
