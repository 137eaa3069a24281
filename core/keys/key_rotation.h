// Keys that a rotation exchanges for others (protocol.md, 9).
//
// The next keys are drawn beside those in force, as `<role>.next.key`. One
// write puts them into force: that of the issue of the parameters, which names
// the next epoch (RotateIssue). Then they take the places of the former ones,
// which are wiped. Whoever is killed in between has the former keys or the next
// ones, never some of each.
#ifndef GARDEROBE_CORE_KEYS_KEY_ROTATION_H_
#define GARDEROBE_CORE_KEYS_KEY_ROTATION_H_

#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/keys/key_file.h"

namespace garderobe {

enum class KeyShape {
  kScalar,  // 1 to L-1
  kBytes,   // any 32 bytes
};

// Where the key of `role` stands that is drawn for the next epoch.
std::string NextKeyPath(const std::string& directory, std::string_view role);

// Draws the key of `role` for `epoch`, the next one. Keeps what an interrupted
// rotation has drawn for that epoch, and removes what was drawn for another:
// call TakeOverNextKey first, which puts a key that is in force into its place.
// On the disk on return. Errors of ReadKeyFile and WriteKeyFile. Unavailable:
// what was drawn for another epoch can't be removed.
[[nodiscard]] absl::Status DrawNextKey(const std::string& directory,
                                       std::string_view role, uint32_t epoch,
                                       KeyShape shape);

// Path of the key of `role` in `epoch`, that of the issue: `<role>.next.key`
// where a rotation was interrupted after it had put that into force, otherwise
// `<role>.key`. FailedPrecondition: neither is of this epoch; keys and
// parameters are from different copies.
[[nodiscard]] absl::StatusOr<std::string> KeyPathOf(
    const std::string& directory, std::string_view role, uint32_t epoch);

// Puts what was drawn for `epoch`, which is in force, in the place of the
// former key, which is wiped. Returns whether there was anything to do.
// Unavailable: the disk does not take it; the same call goes on with it.
[[nodiscard]] absl::StatusOr<bool> TakeOverNextKey(const std::string& directory,
                                                   std::string_view role,
                                                   uint32_t epoch);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_KEY_ROTATION_H_
