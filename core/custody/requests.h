// What takes two custodians: a digest of each request, which they sign, and
// what it changes in sentences, which they read first (protocol.md, 7).
//
// digest = BLAKE2b-256("garderobe/request/v2" 00 || LP(action) || fields),
// where texts among the fields have lengths of 4 bytes:
//   budget      LP4(institution) || tokens (8) || LP4(month)
//   cap         LP4(what) || more (8) || LP4(month) || LP4(access key)
//   review      LP4(what) || ticket || ticket, 64 bytes each, ascending
//   retention   LP4(institution, empty at the vault) || more (8) || day (4)
//   clock       day (4)
//   withdrawal  id of the right's request (16) || its commitment (32)
//   register    its canonical bytes (core/register/canonical_register.h)
// Days count from 2000-01-01, signed. The party that acts stands in the
// approval itself.
#ifndef GARDEROBE_CORE_CUSTODY_REQUESTS_H_
#define GARDEROBE_CORE_CUSTODY_REQUESTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hash.h"

namespace garderobe {

struct CustodyRequest {
  std::string_view action;  // of the words above
  Digest256 digest;
  // What it lets the party do, for people; not part of the digest.
  std::vector<std::string> sentences;
};

// More tokens for an institution in `month`, "2026-11".
CustodyRequest BudgetRequest(std::string_view institution, uint64_t tokens,
                             std::string_view month);
// More of `what`, tokens or identities, than the vault's caps allow in `month`.
// With an institution's access key, 32 bytes, its own quota of identities.
CustodyRequest CapRequest(std::string_view what, uint64_t more,
                          std::string_view month, std::string_view access_key);
// `what` is explain, unlink or relink; the tickets may come in either order.
CustodyRequest ReviewRequestOf(std::string_view what, std::string_view ticket_a,
                               std::string_view ticket_b);
// `more` records beyond the ceiling of `day`; an empty institution at the
// vault.
CustodyRequest RetentionRequest(std::string_view institution, uint64_t more,
                                int32_t day);
// The party's clock is right on `day`.
CustodyRequest ClockRequest(int32_t day);
// The vault takes an objection back without its secret, for the one request of
// this id, 16 bytes, that is signed over this commitment, 32 bytes.
CustodyRequest WithdrawalRequest(std::string_view request_id,
                                 std::string_view commitment);
// A register that widens what the sentences say.
CustodyRequest RegisterRequest(std::string_view canonical_bytes,
                               std::vector<std::string> sentences);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CUSTODY_REQUESTS_H_
