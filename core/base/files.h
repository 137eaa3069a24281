// Files that are either the old ones or the new ones, never half.
#ifndef GARDEROBE_CORE_BASE_FILES_H_
#define GARDEROBE_CORE_BASE_FILES_H_

#include <string>
#include <string_view>

#include "core/base/status.h"

namespace garderobe {

// Writes `bytes` beside `path` under the name `path`.new, syncs, and renames
// over it; two writers of one path at the same time are not allowed, not in two
// processes either. Unavailable: the disk does not take it; `path` is as it
// was, or, where only its folder could not be synced, the new one, which a loss
// of power may undo.
[[nodiscard]] absl::Status ReplaceFile(const std::string& path,
                                       std::string_view bytes, int mode);

// Writes `bytes` beside `path` as ReplaceFile does, with the same rule for
// writers, and gives the file its name, so that nobody meets half of it.
// AlreadyExists: `path` is there, and stays as it was. Unavailable: the disk
// does not take it; there is no file then, or, where only its folder could not
// be synced, a whole one, which a loss of power may undo.
[[nodiscard]] absl::Status CreateFile(const std::string& path,
                                      std::string_view bytes, int mode);

// NotFound: no such file. Unavailable: it may be there, but does not open or
// read.
[[nodiscard]] absl::StatusOr<std::string> ReadWholeFile(
    const std::string& path);

// Returns whether a file or folder is there. Unavailable: that can't be told,
// for example because a folder of the path may not be searched.
[[nodiscard]] absl::StatusOr<bool> IsThere(const std::string& path);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_FILES_H_
