// IsOk, IsOkAndHolds and StatusIs, so that a failed expectation shows the
// message.
#ifndef GARDEROBE_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define GARDEROBE_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"

namespace garderobe {

inline const absl::Status& GetStatus(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).ok();
}
MATCHER_P(IsOkAndHolds, value, "is OK and holds the value") {
  *result_listener << GetStatus(arg).ToString();
  return arg.ok() &&
         ::testing::ExplainMatchResult(value, *arg, result_listener);
}
MATCHER_P(StatusIs, code, "has the status code") {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).code() == code;
}
MATCHER_P2(StatusIs, code, text, "has the status code, and a message that") {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).code() == code &&
         ::testing::ExplainMatchResult(
             text, std::string(GetStatus(arg).message()), result_listener);
}

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_SUPPORT_STATUS_MATCHERS_H_
