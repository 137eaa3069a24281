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
std::vector<size_t> RotatedFamilies();

// Makes d*X of every token X, also of those that are set aside or that a single
// relation holds, and changes what relations store of it. Then identities get
// the ids that their tokens hash to (rename_identities.h). Takes many writes,
// so `store` is a copy that is thrown away on an error (store_rotation.h).
// `progress` is called now and then with the part that is done, 0 to 1.
// DataLoss: a record is damaged.
[[nodiscard]] absl::Status RotateTokens(
    Store& store, const RotationFactor& d, boost::asio::thread_pool& workers,
    const std::function<void(double part)>& progress = nullptr);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_ROTATE_TOKENS_H_
