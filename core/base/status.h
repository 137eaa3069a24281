// Errors inside Garderobe: absl::Status, and short ways to make and pass them.
//
// A code means one thing everywhere (docs/errors.md). Messages name the rule
// that was broken and the place, never the data.
#ifndef GARDEROBE_CORE_BASE_STATUS_H_
#define GARDEROBE_CORE_BASE_STATUS_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "spdlog/fmt/fmt.h"

namespace garderobe {

template <typename... Args>
[[nodiscard]] absl::Status MakeStatus(absl::StatusCode code,
                                      fmt::format_string<Args...> format,
                                      Args&&... args) {
  return absl::Status(code, fmt::format(format, std::forward<Args>(args)...));
}

#define GARDEROBE_STATUS_MAKER(Name)                                  \
  template <typename... Args>                                         \
  [[nodiscard]] absl::Status Name(fmt::format_string<Args...> format, \
                                  Args&&... args) {                   \
    return MakeStatus(absl::StatusCode::k##Name, format,              \
                      std::forward<Args>(args)...);                   \
  }
GARDEROBE_STATUS_MAKER(InvalidArgument)
GARDEROBE_STATUS_MAKER(FailedPrecondition)
GARDEROBE_STATUS_MAKER(ResourceExhausted)
GARDEROBE_STATUS_MAKER(PermissionDenied)
GARDEROBE_STATUS_MAKER(Unauthenticated)
GARDEROBE_STATUS_MAKER(NotFound)
GARDEROBE_STATUS_MAKER(AlreadyExists)
GARDEROBE_STATUS_MAKER(OutOfRange)
GARDEROBE_STATUS_MAKER(DataLoss)
GARDEROBE_STATUS_MAKER(Unavailable)
GARDEROBE_STATUS_MAKER(Internal)
#undef GARDEROBE_STATUS_MAKER

// The message, as the standard library's view.
inline std::string_view Message(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

// `status` with `context` in front of its message.
inline absl::Status Annotate(const absl::Status& status,
                             std::string_view context) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      fmt::format("{}: {}", context, Message(status)));
}

}  // namespace garderobe

#define GARDEROBE_RETURN_IF_ERROR(expr)                    \
  do {                                                     \
    absl::Status garderobe_status_ = (expr);               \
    if (!garderobe_status_.ok()) return garderobe_status_; \
  } while (false)

#define GARDEROBE_CONCAT_INNER(a, b) a##b
#define GARDEROBE_CONCAT(a, b) GARDEROBE_CONCAT_INNER(a, b)
#define GARDEROBE_ASSIGN_OR_RETURN(lhs, expr)                                \
  GARDEROBE_ASSIGN_OR_RETURN_IMPL(GARDEROBE_CONCAT(garderobe_or_, __LINE__), \
                                  lhs, expr)
#define GARDEROBE_ASSIGN_OR_RETURN_IMPL(result, lhs, expr) \
  auto result = (expr);                                    \
  if (!result.ok()) return std::move(result).status();     \
  lhs = *std::move(result)

#endif  // GARDEROBE_CORE_BASE_STATUS_H_
