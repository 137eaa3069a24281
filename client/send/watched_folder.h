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
// (InvalidArgument) goes to `refused`; after any other error, and when a file
// can't be moved or the folder is away, it looks again after half a minute: no
// file is delivered twice for it. `told` gets each such error, and OK when it
// is over. Files that still grow are left alone. Never returns.
[[noreturn]] void WatchFolder(
    const std::string& folder,
    const std::function<absl::StatusOr<std::string>(const std::string& file)>&
        deliver,
    const std::function<void(const absl::Status&)>& told);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_WATCHED_FOLDER_H_
