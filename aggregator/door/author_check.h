// Whether a batch comes from who may deliver for the institution: by the
// signature inside it and the aggregator's own register (protocol.md, 5). The
// TTP, which passes it on, is not asked.
#ifndef GARDEROBE_AGGREGATOR_DOOR_AUTHOR_CHECK_H_
#define GARDEROBE_AGGREGATOR_DOOR_AUTHOR_CHECK_H_

#include <string_view>

#include "core/base/status.h"
#include "core/register/agreements.h"
#include "core/sealing/author_payload.h"

namespace garderobe::aggregator {

// Why a batch is not taken for its author's.
enum class AuthorFault {
  kNone,
  kNoSignature,       // not of the form that carries one
  kNoKey,             // the register has none in force for it
  kRetiredKey,        // signed with one that is not in force any more
  kOtherInstitution,  // signed with one that another institution has
  kWrongSignature,    // signed with none of those that were tried
  kPointsMissing,     // relations without points
  kPointsUnexpected,  // visits with points
};
// AUTHOR_KEY_MISSING, AUTHOR_KEY_RETIRED and so on: stable, for programs and
// logs. Empty for kNone.
std::string_view ReasonOf(AuthorFault fault);
// The refusal, with one fixed sentence a fault. InvalidArgument when the batch
// itself is wrong, whoever signs; PermissionDenied when its key is.
// AuthorFaultOf gives the fault back, kNone for any other status.
[[nodiscard]] absl::Status Refusal(AuthorFault fault);
AuthorFault AuthorFaultOf(const absl::Status& status);

// Whether `payload` is signed by an author of `place.institution` that is in
// force, for this place and serial. Of other institutions at most some hundred
// keys are tried, so that a forgery costs no more than milliseconds.
AuthorFault FindAuthorFault(const Institutions& institutions,
                            const BatchPlace& place, uint32_t serial,
                            const AuthoredPayload& payload);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_DOOR_AUTHOR_CHECK_H_
