#include "core/rights/authorisation.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/register/authors.h"
#include "core/rpc/status_conversion.h"

namespace garderobe {
namespace {

absl::Status Denied(std::string_view reason, std::string_view text) {
  return WithReason(PermissionDenied("{}", text), reason);
}

bool IsAskedByAny(const v1::Register::Institution& entry, AuthorState state,
                  const SignedRight& asked) {
  const auto keys = AuthorKeysOf(entry, state);
  return std::any_of(keys.begin(), keys.end(), [&](const AuthorKey& key) {
    return IsAskedBy(key, asked.request, asked.signature);
  });
}

}  // namespace

absl::StatusOr<SignedRight> ReadAuthorisation(
    v1::Right right, SubjectType type, std::string_view request_id,
    const v1::RightAuthorisation& authorisation) {
  SignedRight asked;
  // Before it becomes the byte that is signed: 257 is no erasure.
  if (right < v1::RIGHT_ERASE || right > v1::RIGHT_WITHDRAW) {
    return InvalidArgument("right: erase, access, object or withdraw");
  }
  asked.request.right = static_cast<VisitorRight>(right);
  asked.request.type = type;
  if (request_id.size() != RequestId::kBytes) {
    return InvalidArgument("request_id: {} bytes", RequestId::kBytes);
  }
  if (authorisation.commitment().size() != SubjectCommitment::kBytes ||
      authorisation.access_key().size() != SealingPublicKey::kBytes ||
      authorisation.objection().size() != Digest256::kBytes ||
      authorisation.signature().size() != AuthorSignature::kBytes) {
    return InvalidArgument(
        "authorisation: commitment, access_key and objection of 32 bytes, and "
        "a signature of 64");
  }
  asked.request.subject = SubjectCommitment::From(authorisation.commitment());
  asked.request.request_id = RequestId::From(request_id);
  asked.request.day = authorisation.day();
  asked.request.access_key = SealingPublicKey::From(authorisation.access_key());
  asked.request.objection = Digest256::From(authorisation.objection());
  asked.signature = AuthorSignature::From(authorisation.signature());
  return asked;
}

v1::RightAuthorisation ToProto(const SignedRight& asked) {
  v1::RightAuthorisation authorisation;
  authorisation.set_commitment(AsString(asked.request.subject.bytes()));
  authorisation.set_day(asked.request.day);
  authorisation.set_access_key(AsString(asked.request.access_key.bytes()));
  authorisation.set_objection(AsString(asked.request.objection.bytes()));
  authorisation.set_signature(AsString(asked.signature.bytes()));
  return authorisation;
}

absl::Status CheckAuthorisation(const v1::Register::Institution& entry,
                                const SignedRight& asked, int32_t today) {
  if (entry.access_key() != asked.request.access_key.view()) {
    return Denied(kRightAccessKey,
                  "the request names another access key than the register "
                  "has; `garderobe access-key` prints it for the coordinating "
                  "body");
  }
  const int64_t age = int64_t{today} - asked.request.day;
  if (age > kRightDaysMax || age < -kRightDaysAhead) {
    return Denied(kRightTooOld,
                  "the request was signed too long ago, or is dated in the "
                  "future");
  }
  if (IsAskedByAny(entry, AuthorState::kInForce, asked)) {
    return absl::OkStatus();
  }
  if (IsAskedByAny(entry, AuthorState::kRetired, asked)) {
    return Denied(kRightKeyRetired,
                  "the request is signed with an author key that is retired");
  }
  if (AuthorKeysOf(entry, AuthorState::kInForce).empty()) {
    return Denied(kRightKeyMissing,
                  "the register has no author key of the institution; "
                  "`garderobe author-key` prints it for the coordinating body");
  }
  return Denied(kRightSignatureWrong,
                "the request is not signed with an author key of the "
                "institution");
}

}  // namespace garderobe
