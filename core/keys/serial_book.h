// The highest serial of each party's parameters that this reader has taken, and
// the keys of its epoch, on disk (protocol.md, 2). A party is refused when it
// goes back to an earlier serial or epoch, or shows this reader other keys than
// before within one epoch. Nothing compares what two readers are shown.
#ifndef GARDEROBE_CORE_KEYS_SERIAL_BOOK_H_
#define GARDEROBE_CORE_KEYS_SERIAL_BOOK_H_

#include <map>
#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/base/mutex.h"
#include "core/keys/parameters.h"

namespace garderobe {

// BLAKE2b-256("garderobe/parameter-keys/v1" 00 || LP(name) || LP(value) of each
// U, Z, Y.<kind> and C_<scalar>, names ascending): what stays the same from
// serial to serial, until the scalars are rotated.
Digest256 DigestOfKeys(const Parameters& parameters);

// Thread-safe.
class SerialBook {
 public:
  // Reads `path` if it is there. DataLoss: it is damaged.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<SerialBook>> Open(
      const std::string& path);

  // Notes serial, epoch and keys; they are on the disk on return.
  // FailedPrecondition: a higher serial or epoch was taken before, or other
  // keys in this epoch; names them. Unavailable: the disk does not take it.
  // `now` in Unix seconds.
  [[nodiscard]] absl::Status Take(const Parameters& parameters,
                                  uint64_t now = UnixSeconds());

  // Whether this serial of the party was the one in force until less than
  // kFormerSerialSeconds before `now`, also if that was before a restart.
  bool WasInForce(const std::string& party, uint32_t serial,
                  uint64_t now) const;

 private:
  struct Taken {
    uint32_t serial = 0, epoch = 0;
    Digest256 keys;
    uint32_t former = 0;   // serial before; 0: there was none
    uint64_t changed = 0;  // Unix seconds at which `serial` took its place
  };
  [[nodiscard]] static absl::Status Check(const Taken& known, const Taken& next,
                                          const std::string& party);
  explicit SerialBook(std::string path) : path_(std::move(path)) {}
  const std::string path_;
  mutable Mutex mutex_;
  std::map<std::string, Taken> taken_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_SERIAL_BOOK_H_
