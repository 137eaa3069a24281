// Whom a request for a right names, as client and TTP commit to it
// (protocol.md, 6; core/keys/subject.h).
#ifndef GARDEROBE_CORE_RIGHTS_RIGHT_SUBJECT_H_
#define GARDEROBE_CORE_RIGHTS_RIGHT_SUBJECT_H_

#include "core/keys/subject.h"
#include "garderobe/v1/rights.pb.h"

namespace garderobe {

// InvalidArgument: neither a handle of 16 bytes, not zero, nor an identity with
// points of 32 bytes, one for each kind; or the institution's name has more
// than 255 bytes. The subject views `request`, which outlives it.
[[nodiscard]] absl::StatusOr<RightSubject> SubjectOf(
    const v1::ExerciseRightRequest& request);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RIGHTS_RIGHT_SUBJECT_H_
