#include "core/base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/base/folder_sync.h"

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
  return SyncFolderOf(path);
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
  return SyncFolderOf(path);
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return NotFound("{} does not exist", path);
  if (fd < 0) return Failed("read", path);
  std::string bytes;
  char block[16384];
  ssize_t got = 0;
  do {
    got = read(fd, block, sizeof block);
    if (got > 0) bytes.append(block, static_cast<size_t>(got));
  } while (got > 0 || (got < 0 && errno == EINTR));
  const absl::Status status = got < 0 ? Failed("read", path) : absl::OkStatus();
  close(fd);
  GARDEROBE_RETURN_IF_ERROR(status);
  return bytes;
}

absl::StatusOr<bool> IsThere(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) return true;
  if (errno == ENOENT) return false;
  return Failed("look for", path);
}

}  // namespace garderobe
