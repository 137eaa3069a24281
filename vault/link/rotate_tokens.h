// Multiplies every stored token by one factor (protocol.md, 9): equal tokens
// stay equal and others stay apart, so that who belongs together is as it was.
#ifndef GARDEROBE_VAULT_LINK_ROTATE_TOKENS_H_
#define GARDEROBE_VAULT_LINK_ROTATE_TOKENS_H_

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <vector>

#include "core/conversion/rotation_factor.h"
#include "core/store/store.h"

namespace garderobe::vault {

// The families that change.
std::vector<size_t> TokenFamilies();

// X becomes d*X in the families of tokens, and what relations hold of their
// beginnings with them; also of tokens that nobody shares. Then identities get
// the ids that their tokens hash to (rename_identities.h). Not one write: of a
// copy of the store (store_rotation.h), which is thrown away when this ends
// with an error. `progress` is told what part is done, some times.
// DataLoss: a record is damaged.
[[nodiscard]] absl::Status RotateTokens(
    Store& store, const RotationFactor& d, boost::asio::thread_pool& workers,
    const std::function<void(double part)>& progress = nullptr);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_ROTATE_TOKENS_H_
