#include "core/base/file_exchange.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/base/folder_sync.h"

namespace garderobe {
namespace {

absl::Status ExchangeFailed(const char* what, const std::string& path) {
  return Unavailable("cannot {} {}: {}", what, path, std::strerror(errno));
}

// Overwrites a small file in its place.
absl::Status Wipe(int fd, const std::string& path) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return ExchangeFailed("wipe", path);
  const std::string zeros(static_cast<size_t>(info.st_size), '\0');
  const bool wiped = write(fd, zeros.data(), zeros.size()) ==
                         static_cast<ssize_t>(zeros.size()) &&
                     fsync(fd) == 0;
  return wiped ? absl::OkStatus() : ExchangeFailed("wipe", path);
}

}  // namespace

absl::Status ExchangeNames(const std::string& a, const std::string& b) {
  if (renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) !=
      0) {
    return ExchangeFailed("exchange", a);
  }
  return SyncFolderOf(a);
}

absl::Status ReplaceWiped(const std::string& path, const std::string& with) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0 && errno != ENOENT) return ExchangeFailed("open", path);
  if (fd >= 0) {
    const absl::Status wiped = Wipe(fd, path);
    close(fd);
    GARDEROBE_RETURN_IF_ERROR(wiped);
  }
  if (rename(with.c_str(), path.c_str()) != 0)
    return ExchangeFailed("replace", path);
  return SyncFolderOf(path);
}

}  // namespace garderobe
