// The vault's keys (protocol.md, 2): a decryption scalar for each kind with a
// slot and for the home slot, the household scalar w, what blinds its
// commitment, and what signs its parameters.
#ifndef GARDEROBE_VAULT_KEYS_H_
#define GARDEROBE_VAULT_KEYS_H_

#include <map>

#include "core/conversion/open.h"
#include "core/keys/blinding.h"
#include "core/keys/parameter_issue.h"

namespace garderobe::vault {

struct VaultKeys {
  std::map<size_t, DecryptionScalar> decryption;  // y, by kind
  HomeDecryptionScalar home;                      // y[home]
  HouseholdScalar household;                      // w
  HouseholdStrippingScalar household_stripping;   // w*y[home], not stored
  CommitmentSecret commitment;
  SigningSeed signing;
  StoredIssue issue;

  // Writes fresh keys, and the first issue of the parameters, into `directory`.
  // AlreadyExists: there are keys.
  [[nodiscard]] static absl::Status Generate(const std::string& directory);
  // Errors of ReadKeyFile and ReadIssue.
  [[nodiscard]] static absl::StatusOr<VaultKeys> Read(
      const std::string& directory);
  // Y of every kind and of the home slot with proofs of possession, C_w, and
  // the key of receipts.
  Parameters Public() const;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_KEYS_H_
