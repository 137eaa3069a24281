// Whom a right of a visitor is about, as everybody signs for it: a commitment
// that binds the request without telling the parties whom it names
// (protocol.md, 6).
#ifndef GARDEROBE_CORE_KEYS_SUBJECT_H_
#define GARDEROBE_CORE_KEYS_SUBJECT_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/group/element.h"
#include "core/keys/receipt.h"
#include "core/sealing/handles.h"

namespace garderobe {

struct SubjectSaltTag;
using SubjectSalt = FixedBytes<32, SubjectSaltTag>;  // random, the client's

// What the commitment is over, besides the salt. The views live as long as the
// call.
struct RightSubject {
  VisitorRight right = VisitorRight::kErase;
  std::string_view institution;
  // Of a customer of the institution: its handle. Zeros: of an identity.
  Handle handle;
  // Of an identity: as it was encrypted by the client.
  uint32_t kinds = 0;
  Element point_a;
  std::vector<Element> points_b;
  Element point_home;

  SubjectType type() const {
    return handle.is_zero() ? SubjectType::kIdentity : SubjectType::kHandle;
  }
};

// C = BLAKE2b-256("garderobe/subject/v2" 00 || salt (32) || right (1) ||
// LP(institution) || type (1: 1 a handle, 2 an identity) || LP(what)), where
// `what` is the handle (16), or kinds (4) || A || B of each kind || D.
SubjectCommitment CommitSubject(const SubjectSalt& salt,
                                const RightSubject& subject);

// BLAKE2b-256(A' || B' of each kind): which converted identity a party acted
// on, as its receipt names it.
Digest256 DigestOfConverted(const Element& point_a,
                            const std::vector<Element>& points_b);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_SUBJECT_H_
