// An institution's own visits, from its mirror (docs/querying.md).
#ifndef GARDEROBE_ANSWER_OWN_VISITS_H_
#define GARDEROBE_ANSWER_OWN_VISITS_H_

#include <string_view>

#include "answer/own/splits.h"
#include "core/base/status.h"
#include "garderobe/v1/answer.pb.h"
#include "garderobe/v1/mirror.pb.h"

namespace garderobe::answer {

// Visits, tickets and revenue by one split. InvalidArgument: there is no such
// split.
[[nodiscard]] absl::StatusOr<v1::QueryOwnResponse> VisitsBy(
    const v1::Mirror& mirror, std::string_view by, const DayRange& range);

// The same beside what was 52 weeks before, so that each weekday stands beside
// its own. InvalidArgument: there is no such split, or the range has no end.
[[nodiscard]] absl::StatusOr<v1::QueryOwnResponse> VisitsCompared(
    const v1::Mirror& mirror, std::string_view by, const DayRange& range);

}  // namespace garderobe::answer

#endif  // GARDEROBE_ANSWER_OWN_VISITS_H_
