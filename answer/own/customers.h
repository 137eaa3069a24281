// An institution's own customers, from its customer mirror
// (docs/querying.md).
#ifndef GARDEROBE_ANSWER_OWN_CUSTOMERS_H_
#define GARDEROBE_ANSWER_OWN_CUSTOMERS_H_

#include <string_view>

#include "core/base/status.h"
#include "garderobe/v1/answer.pb.h"
#include "garderobe/v1/mirror.pb.h"

namespace garderobe::answer {

// Customers of every month, quarter, year or season; or those of `period` by an
// attribute: of the next longer period where there are too few in it. With
// neither, by year.
// InvalidArgument: there is no such split or period. NotFound: nothing is
// counted of the period.
[[nodiscard]] absl::StatusOr<v1::QueryOwnResponse> CustomersBy(
    const v1::CustomerMirror& mirror, std::string_view by,
    std::string_view period);

// Who came again within twelve months of the first visit, of the second, ...,
// by year, and from which visit on more than half do.
v1::QueryOwnResponse Returns(const v1::CustomerMirror& mirror);

}  // namespace garderobe::answer

#endif  // GARDEROBE_ANSWER_OWN_CUSTOMERS_H_
