// An objection's secret, on its way to the vault: sealed, for the TTP in
// between could take the objection back with it (protocol.md, 6).
#ifndef GARDEROBE_CORE_SEALING_OBJECTION_H_
#define GARDEROBE_CORE_SEALING_OBJECTION_H_

#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/sealing/batch_sealer.h"
#include "core/sealing/handles.h"

namespace garderobe {

// crypto_box_seal(vault, request id (16) || secret (16)).
inline constexpr size_t kSealedObjectionBytes = 80;

// `request_id` has 16 bytes. InvalidArgument: `vault` is not an X25519 key.
[[nodiscard]] absl::StatusOr<std::string> SealObjectionSecret(
    const SealingPublicKey& vault, std::string_view request_id,
    const ObjectionSecret& secret);

// InvalidArgument, one fixed text: not sealed to this key, or for another
// request.
[[nodiscard]] absl::StatusOr<ObjectionSecret> OpenObjectionSecret(
    const SealingSecretKey& vault, std::string_view request_id,
    std::string_view sealed);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_SEALING_OBJECTION_H_
