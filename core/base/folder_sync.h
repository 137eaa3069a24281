// Syncs names: a file that was created or renamed keeps its name after a loss
// of power only when its folder was synced.
#ifndef GARDEROBE_CORE_BASE_FOLDER_SYNC_H_
#define GARDEROBE_CORE_BASE_FOLDER_SYNC_H_

#include <string>

#include "core/base/status.h"

namespace garderobe {

// Syncs the folder that `path` is in. Unavailable: the disk does not do it; a
// file system that has no such call is taken at its word.
[[nodiscard]] absl::Status SyncFolderOf(const std::string& path);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_FOLDER_SYNC_H_
