// Keys at rest: one small text file a key, readable by its owner alone.
//
//   garderobe-key-v1
//   role: ttp-conversion-vault
//   key_id: 5f2c...            (16 hex digits, KeyId)
//   epoch: 1
//   status: enabled            (enabled, disabled or destroyed)
//   secret: <hex>
//
// Stored, never change; another first line is refused.
#ifndef GARDEROBE_CORE_KEYS_KEY_FILE_H_
#define GARDEROBE_CORE_KEYS_KEY_FILE_H_

#include <string>
#include <string_view>

#include "core/base/secret_bytes.h"
#include "core/base/status.h"
#include "core/group/element.h"

namespace garderobe {

struct KeyFileRole;
using KeyFileSecret = SecretBytes<32, KeyFileRole>;

struct KeyFile {
  std::string role;
  std::string key_id;
  uint32_t epoch = 1;
  KeyFileSecret secret;
};

// A label for logs and headers that says nothing about the secret: the first
// 8 bytes of BLAKE2b("garderobe/key-id/v1" 00 || role || 00 || secret), hex.
std::string KeyId(std::string_view role, const KeyFileSecret& secret);

// Creates `path` with mode 0600 and syncs it. AlreadyExists: the file is
// there; keys are never overwritten.
[[nodiscard]] absl::Status WriteKeyFile(const std::string& path,
                                        std::string_view role, uint32_t epoch,
                                        const KeyFileSecret& secret);

// FailedPrecondition: others may read it, or it is not enabled.
// InvalidArgument: not a key file, damaged, or of another role. NotFound: it
// does not open. Unavailable: it does not read.
[[nodiscard]] absl::StatusOr<KeyFile> ReadKeyFile(const std::string& path,
                                                  std::string_view role);

// A key of type Secret (SecretBytes of 32 bytes) from a file.
template <typename Secret>
[[nodiscard]] absl::StatusOr<Secret> ReadSecret(const std::string& path,
                                                std::string_view role) {
  GARDEROBE_ASSIGN_OR_RETURN(KeyFile file, ReadKeyFile(path, role));
  return Secret::CopyFrom({file.secret.ExposeSecret(), 32});
}
// A SecretScalar from a file. InvalidArgument as in SecretScalar::Decode.
template <typename Scalar>
[[nodiscard]] absl::StatusOr<Scalar> ReadScalar(const std::string& path,
                                                std::string_view role) {
  GARDEROBE_ASSIGN_OR_RETURN(KeyFile file, ReadKeyFile(path, role));
  auto scalar = Scalar::Decode({file.secret.ExposeSecret(), 32});
  if (!scalar.ok()) return Annotate(scalar.status(), path);
  return scalar;
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_KEY_FILE_H_
