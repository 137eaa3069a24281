// A Protobuf message in a checked file.
#ifndef GARDEROBE_CORE_BASE_CHECKED_MESSAGE_H_
#define GARDEROBE_CORE_BASE_CHECKED_MESSAGE_H_

#include <google/protobuf/message_lite.h>

#include <string>
#include <string_view>

#include "core/base/status.h"

namespace garderobe {

// Reads `path` into `message`. Returns false, and leaves `message` as it is,
// when there is no such file. Unavailable: it does not open or read. DataLoss:
// it is damaged, of another kind, or no such message; the message names the
// file.
[[nodiscard]] absl::StatusOr<bool> ReadCheckedMessage(
    const std::string& path, std::string_view kind,
    google::protobuf::MessageLite& message);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_CHECKED_MESSAGE_H_
