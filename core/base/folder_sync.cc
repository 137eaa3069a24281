#include "core/base/folder_sync.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace garderobe {

absl::Status SyncFolderOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const std::string folder = parent.empty() ? std::string(".") : parent;
  auto failed = [&] {
    return Unavailable("cannot sync {}: {}", folder, std::strerror(errno));
  };
  const int directory =
      open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return failed();
  // EINVAL: this file system has no such call.
  const absl::Status status =
      fsync(directory) != 0 && errno != EINVAL ? failed() : absl::OkStatus();
  close(directory);
  return status;
}

}  // namespace garderobe
