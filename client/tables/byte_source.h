// The bytes of a file in order: as it stands, or unpacked from a ZIP archive
// that holds nothing else.
#ifndef GARDEROBE_CLIENT_TABLES_BYTE_SOURCE_H_
#define GARDEROBE_CLIENT_TABLES_BYTE_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/status.h"

namespace garderobe::client {

// Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Puts at most `most` bytes at `to` and returns how many; 0 at the end.
  // Unavailable: the file can't be read on, or changed while it was read.
  [[nodiscard]] virtual absl::StatusOr<size_t> Read(char* to, size_t most) = 0;
  virtual uint64_t total() const = 0;  // 0 when unknown
};

// NotFound: can't be opened, or a folder.
[[nodiscard]] absl::StatusOr<std::unique_ptr<ByteSource>> OpenFile(
    const std::string& path);

// The only file of the archive at `path`, but for folders and what macOS adds.
// InvalidArgument: there are several or none, or it is protected by a password.
[[nodiscard]] absl::StatusOr<std::unique_ptr<ByteSource>> OpenZipped(
    const std::string& path);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_BYTE_SOURCE_H_
