// The vault's keys: a decryption scalar a kind, and what signs its parameters.
#ifndef GARDEROBE_VAULT_KEYS_H_
#define GARDEROBE_VAULT_KEYS_H_

#include <array>
#include <vector>

#include "core/group/element.h"
#include "core/keys/parameters.h"

namespace garderobe::vault {

using DecryptionScalar = SecretScalar<struct DecryptionScalarRole>;

struct VaultKeys {
  std::vector<DecryptionScalar> decryption;  // y, indexed by kind
  SigningSeed signing;

  // Writes fresh keys into `directory`. AlreadyExists: there are keys.
  [[nodiscard]] static absl::Status Generate(const std::string& directory);
  // Errors of ReadKeyFile.
  [[nodiscard]] static absl::StatusOr<VaultKeys> Read(
      const std::string& directory);
  // Y of every kind.
  VaultParameters Public() const;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_KEYS_H_
