// The highest serial of each party's parameters that was ever taken, on disk:
// whoever plays back parameters that were replaced is refused (protocol.md, 2).
#ifndef GARDEROBE_CORE_KEYS_SERIAL_BOOK_H_
#define GARDEROBE_CORE_KEYS_SERIAL_BOOK_H_

#include <map>
#include <memory>
#include <string>

#include "core/base/mutex.h"
#include "core/keys/parameters.h"

namespace garderobe {

// Thread-safe.
class SerialBook {
 public:
  // Reads `path` if it is there. DataLoss: it is damaged.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<SerialBook>> Open(
      const std::string& path);

  // Notes the serial; it is on the disk on return. FailedPrecondition: a higher
  // one was taken before; names both. Unavailable: the disk does not take it.
  [[nodiscard]] absl::Status Take(const std::string& party, uint32_t serial);

 private:
  explicit SerialBook(std::string path) : path_(std::move(path)) {}
  const std::string path_;
  Mutex mutex_;
  std::map<std::string, uint32_t> serials_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_SERIAL_BOOK_H_
