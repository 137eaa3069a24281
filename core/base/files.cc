#include "core/base/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace garderobe {

namespace {

absl::Status Failed(const char* what, const std::string& path) {
  return Unavailable("cannot {} {}: {}", what, path, strerror(errno));
}

// Writes and syncs a new file, or leaves none.
absl::Status WriteNew(const std::string& path, std::string_view bytes,
                      int flags, int mode) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags,
                      static_cast<mode_t>(mode));
  if (fd < 0) return Failed("create", path);
  absl::Status status;
  while (!bytes.empty() && status.ok()) {
    const ssize_t wrote = write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      status = Failed("write", path);
    } else {
      bytes.remove_prefix(static_cast<size_t>(wrote));
    }
  }
  if (status.ok() && fsync(fd) != 0) status = Failed("sync", path);
  close(fd);
  if (!status.ok()) unlink(path.c_str());
  return status;
}

// A file's name is safe only when its folder is synced.
void SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int directory = open(folder.empty() ? "." : folder.c_str(),
                             O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  fsync(directory);
  close(directory);
}

}  // namespace

absl::Status ReplaceFile(const std::string& path, std::string_view bytes,
                         int mode) {
  const std::string temporary = path + ".new";
  GARDEROBE_RETURN_IF_ERROR(WriteNew(temporary, bytes, O_TRUNC, mode));
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    return Failed("replace", path);
  }
  SyncFolderOf(path);
  return absl::OkStatus();
}

absl::Status CreateFile(const std::string& path, std::string_view bytes,
                        int mode) {
  if (access(path.c_str(), F_OK) == 0) {
    return AlreadyExists("{} exists", path);
  }
  GARDEROBE_RETURN_IF_ERROR(WriteNew(path, bytes, O_EXCL, mode));
  SyncFolderOf(path);
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound("cannot read {}", path);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

}  // namespace garderobe
