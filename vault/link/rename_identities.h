// After a rotation: the rows that stand for objections by identity are found by
// a hash of their tokens, which have changed.
#ifndef GARDEROBE_VAULT_LINK_RENAME_IDENTITIES_H_
#define GARDEROBE_VAULT_LINK_RENAME_IDENTITIES_H_

#include "core/store/store.h"

namespace garderobe::vault {

// Gives each of them the id that its present tokens hash to (identity_row.h).
// Like RotateTokens not one write, but done twice it is done once. DataLoss: a
// record is damaged.
[[nodiscard]] absl::Status RenameIdentities(Store& store);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_RENAME_IDENTITIES_H_
