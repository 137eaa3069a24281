// Files that are either the old ones or the new ones, never half.
#ifndef GARDEROBE_CORE_BASE_FILES_H_
#define GARDEROBE_CORE_BASE_FILES_H_

#include <string>

#include "core/base/status.h"

namespace garderobe {

// Writes `bytes` beside `path`, syncs, and renames over it. Unavailable: the
// disk does not take it; `path` is as it was.
[[nodiscard]] absl::Status ReplaceFile(const std::string& path,
                                       std::string_view bytes, int mode);

// Writes `bytes` beside `path`, syncs, and gives the file its name, so that
// nobody meets half of it. AlreadyExists: `path` is there, and stays as it was.
// Unavailable: the disk does not take it; there is no file then.
[[nodiscard]] absl::Status CreateFile(const std::string& path,
                                      std::string_view bytes, int mode);

// NotFound: no such file, or not readable.
[[nodiscard]] absl::StatusOr<std::string> ReadWholeFile(
    const std::string& path);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_FILES_H_
