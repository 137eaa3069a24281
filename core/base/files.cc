#include "core/base/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace garderobe {

namespace {

absl::Status Failed(const char* what, const std::string& path) {
  return Unavailable("cannot {} {}: {}", what, path, strerror(errno));
}

// Writes and syncs a file of its own, or leaves none. What an interrupted run
// left under this name is removed first: it may be readable by others.
absl::Status WriteTemporary(const std::string& path, std::string_view bytes,
                            int mode) {
  unlink(path.c_str());
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
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
  if (close(fd) != 0 && status.ok()) status = Failed("write", path);
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
  GARDEROBE_RETURN_IF_ERROR(WriteTemporary(temporary, bytes, mode));
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    const absl::Status failed = Failed("replace", path);
    unlink(temporary.c_str());
    return failed;
  }
  SyncFolderOf(path);
  return absl::OkStatus();
}

absl::Status CreateFile(const std::string& path, std::string_view bytes,
                        int mode) {
  if (access(path.c_str(), F_OK) == 0) {
    return AlreadyExists("{} exists", path);
  }
  const std::string temporary = path + ".new";
  GARDEROBE_RETURN_IF_ERROR(WriteTemporary(temporary, bytes, mode));
  // Not every file system knows the first of these, nor the second.
  if (renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(),
                RENAME_NOREPLACE) != 0) {
    const bool linked = (errno == EINVAL || errno == ENOSYS) &&
                        link(temporary.c_str(), path.c_str()) == 0;
    const absl::Status failed = errno == EEXIST
                                    ? AlreadyExists("{} exists", path)
                                    : Failed("create", path);
    unlink(temporary.c_str());
    if (!linked) return failed;
  }
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
