// Linking again with other weights (Linker::RelinkSome), for those who change
// the store beside the linker.
#ifndef GARDEROBE_VAULT_LINK_RELINKING_H_
#define GARDEROBE_VAULT_LINK_RELINKING_H_

#include "core/base/status.h"
#include "core/store/store.h"

namespace garderobe::vault {

// When numbers of relations have changed, as by a rotation: linking again, if
// it was under way, begins anew at the next start. Not synced.
[[nodiscard]] absl::Status LinkAgainFromTheBeginning(Store& store);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_RELINKING_H_
