// A folder in which exports appear, and are put away when they are delivered.
#ifndef GARDEROBE_CLIENT_SEND_WATCHED_FOLDER_H_
#define GARDEROBE_CLIENT_SEND_WATCHED_FOLDER_H_

#include <functional>
#include <string>

#include "client/send/delivery.h"
#include "core/base/status.h"

namespace garderobe::client {

// Where a file belongs that came to this: `delivered`, `refused`, or `waiting`
// for a budget.
std::string PlaceOf(const SendReport& report);

// Delivers what appears in `folder`, in order of name, and moves each file to
// the folder below it that `deliver` names. A file that can never be delivered
// (InvalidArgument) goes to `refused`; with any other error it stays, and is
// tried again after half a minute. Files that still grow are left alone. Does
// not return unless it can't go on. NotFound: `folder` is none. Unavailable: a
// file can't be moved, and would be delivered again and again.
[[nodiscard]] absl::Status WatchFolder(
    const std::string& folder,
    const std::function<absl::StatusOr<std::string>(const std::string& file)>&
        deliver);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_WATCHED_FOLDER_H_
