// Keeps two processes from working with one folder of keys at the same time:
// a rotation that runs beside another, or beside the daemon, would wipe a key
// that the other has just put into force.
#ifndef GARDEROBE_CORE_BASE_FOLDER_LOCK_H_
#define GARDEROBE_CORE_BASE_FOLDER_LOCK_H_

#include <string>
#include <utility>

#include "core/base/status.h"

namespace garderobe {

// Held until it is destroyed or the process ends, however it ends.
class FolderLock {
 public:
  // Unavailable: another process holds it, or the folder does not open.
  [[nodiscard]] static absl::StatusOr<FolderLock> Take(
      const std::string& folder);
  FolderLock(FolderLock&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_FOLDER_LOCK_H_
