// The row that stands for whoever shows some tokens, at no institution: what an
// objection by identity is kept as (protocol.md, 6).
#ifndef GARDEROBE_VAULT_LINK_IDENTITY_ROW_H_
#define GARDEROBE_VAULT_LINK_IDENTITY_ROW_H_

#include <set>
#include <string>

#include "core/base/hash.h"
#include "vault/link/records.h"

namespace garderobe::vault {

// Returns the handle of the row for the keys of its tokens, so that the same
// identity is one row however often it comes: BLAKE2b-128 without a key over
// "garderobe/vault-identity/v1" (no 00 after it) and the keys, ascending.
// Tokens are secret, and so is a hash of them; a rotation changes both
// (rename_identities.h).
inline VaultHandle HandleOfIdentity(const std::set<std::string>& keys) {
  std::string text = "garderobe/vault-identity/v1";
  for (const std::string& key : keys) text += key;
  return Hash<VaultHandle>(text);
}

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_IDENTITY_ROW_H_
