// The vault's keys (protocol.md, 2): a decryption scalar for each kind with a
// slot and for the home slot, the household scalar w, what blinds its
// commitment, what signs its parameters, and what opens sealed messages.
#ifndef GARDEROBE_VAULT_KEYS_H_
#define GARDEROBE_VAULT_KEYS_H_

#include <map>
#include <string>

#include "core/conversion/open.h"
#include "core/keys/blinding.h"
#include "core/keys/key_rotation.h"
#include "core/keys/parameter_issue.h"

namespace garderobe::vault {

struct VaultKeys {
  std::map<size_t, DecryptionScalar> decryption;  // y, by kind
  HomeDecryptionScalar home;                      // y[home]
  HouseholdScalar household;                      // w
  HouseholdStrippingScalar household_stripping;   // w*y[home], not stored
  CommitmentSecret commitment;
  SigningSeed signing;
  SealingSecretKey sealing;  // opens what clients seal to the vault
  StoredIssue issue;

  uint32_t epoch() const { return issue.issue.epoch; }

  // Writes fresh keys, and the first issue of the parameters, into `directory`.
  // AlreadyExists: there are keys.
  [[nodiscard]] static absl::Status Generate(const std::string& directory);
  // Those in force. Errors of ReadKeyFile, ReadIssue and KeyPathOf.
  [[nodiscard]] static absl::StatusOr<VaultKeys> Read(
      const std::string& directory);

  // w of the next epoch, drawn beside the one in force, with a secret for its
  // commitment; drawn once, however often it is asked for.
  [[nodiscard]] static absl::StatusOr<HouseholdScalar> DrawNext(
      const std::string& directory, uint32_t epoch);
  // Puts what was drawn in the place of the former keys, which are wiped, once
  // its epoch is in force. Returns whether there was anything to do.
  [[nodiscard]] static absl::StatusOr<bool> TakeOverNext(
      const std::string& directory);

  // Y of every kind and of the home slot with proofs of possession, C_w, the
  // sealing key, and the key of receipts.
  Parameters Public() const;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_KEYS_H_
