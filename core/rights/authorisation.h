// Whether a right is asked for by who may (protocol.md, 6): by the signature in
// the request and a party's own register. The TTP, which passes it on, is not
// asked.
#ifndef GARDEROBE_CORE_RIGHTS_AUTHORISATION_H_
#define GARDEROBE_CORE_RIGHTS_AUTHORISATION_H_

#include <string>
#include <string_view>

#include "core/keys/right_request.h"
#include "garderobe/v1/common.pb.h"
#include "garderobe/v1/rights.pb.h"

namespace garderobe {

struct SignedRight {
  RightRequest request;
  AuthorSignature signature;
};

// Reads what was signed from a request as the TTP passes it on: right and
// request id (16 bytes) stand beside the authorisation, and `type` is that of
// the subject that the caller would act on. InvalidArgument: the right is
// unknown, or a field is missing or has another length; names it.
[[nodiscard]] absl::StatusOr<SignedRight> ReadAuthorisation(
    v1::Right right, SubjectType type, std::string_view request_id,
    const v1::RightAuthorisation& authorisation);
v1::RightAuthorisation ToProto(const SignedRight& asked);

// PermissionDenied, with one of the reasons below: `asked` is not signed by an
// author in force of `entry`, names another access key than the entry's, or is
// dated more than kRightDaysMax days before `today` or kRightDaysAhead after
// it. `today` in days since 2000-01-01.
[[nodiscard]] absl::Status CheckAuthorisation(
    const v1::Register::Institution& entry, const SignedRight& asked,
    int32_t today);

// Stable, for programs and logs.
inline constexpr std::string_view kRightSignatureWrong =
    "RIGHT_SIGNATURE_WRONG";
inline constexpr std::string_view kRightKeyRetired = "RIGHT_KEY_RETIRED";
inline constexpr std::string_view kRightKeyMissing = "RIGHT_KEY_MISSING";
inline constexpr std::string_view kRightAccessKey = "RIGHT_ACCESS_KEY";
inline constexpr std::string_view kRightTooOld = "RIGHT_TOO_OLD";
// The vault takes an objection back without its secret only when two custodians
// have allowed that very request.
inline constexpr std::string_view kWithdrawalNeedsCustodians =
    "WITHDRAWAL_NEEDS_CUSTODIANS";

// As many objections as the vault keeps of one subject were lodged already.
inline constexpr std::string_view kTooManyObjections = "TOO_MANY_OBJECTIONS";

// FailedPrecondition: the request id was used for something else. Whom a party
// acts on stands in no signature that it can open, so one id is one act.
inline absl::Status OtherRequest() {
  return FailedPrecondition("this request id was used for something else");
}

// How many rights by identity the entry may exercise in a month.
inline uint32_t IdentityRightsPerMonth(const v1::Register::Institution& entry) {
  constexpr uint32_t kDefault = 100;
  return entry.identity_rights_per_month() == 0
             ? kDefault
             : entry.identity_rights_per_month();
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RIGHTS_AUTHORISATION_H_
