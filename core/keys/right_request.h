// What whoever asks for a visitor's right signs, and what every party verifies
// before it acts (protocol.md, 6). The TTP, which passes requests on, can
// neither make nor change one.
#ifndef GARDEROBE_CORE_KEYS_RIGHT_REQUEST_H_
#define GARDEROBE_CORE_KEYS_RIGHT_REQUEST_H_

#include <string>
#include <string_view>

#include "core/keys/receipt.h"
#include "core/sealing/author_payload.h"

namespace garderobe {

struct RightRequest {
  SubjectCommitment subject;  // whom it is about, and on whose behalf
  VisitorRight right = VisitorRight::kErase;
  // In the clear, for no party can open the commitment: what was signed for a
  // customer is spent on no identity, and the other way round.
  SubjectType type = SubjectType::kHandle;
  RequestId request_id;
  int32_t day = 0;              // when it was asked, since 2000-01-01
  SealingPublicKey access_key;  // the institution's: names its register entry
  Digest256 objection;          // ObjectionDigest
};

// For how long a signed request is taken, days; and how far the clock of who
// asks may be ahead. A party keeps its answers longer than that, so that an old
// request that is sent again is answered and not done again.
inline constexpr int32_t kRightDaysMax = 28;
inline constexpr int32_t kRightDaysAhead = 1;

// BLAKE2b-256 of what goes to the vault with an objection: its mark, or the
// sealed secret that takes it back; either may be empty.
Digest256 ObjectionDigest(std::string_view mark,
                          std::string_view sealed_secret);

// Ed25519, 64 bytes, over
//   "garderobe/right-request/v2" 00 || subject (32) || right (1) ||
//   type (1) || request id (16) || day (4) || access key (32) || objection (32)
AuthorSignature SignRight(const AuthorSeed& author,
                          const RightRequest& request);
[[nodiscard]] bool IsAskedBy(const AuthorKey& key, const RightRequest& request,
                             const AuthorSignature& signature);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_RIGHT_REQUEST_H_
