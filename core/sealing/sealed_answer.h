// An answer that only who asked can open: libsodium's crypto_box_seal.
#ifndef GARDEROBE_CORE_SEALING_SEALED_ANSWER_H_
#define GARDEROBE_CORE_SEALING_SEALED_ANSWER_H_

#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/sealing/batch_sealer.h"
#include "core/sealing/handles.h"

namespace garderobe {

// `recipient` is an X25519 public key. InvalidArgument: it is not 32 bytes, or
// one of small order.
[[nodiscard]] absl::StatusOr<std::string> SealAnswer(std::string_view recipient,
                                                     std::string_view answer);

// InvalidArgument, one fixed text: it was not sealed to this key.
[[nodiscard]] absl::StatusOr<std::string> OpenAnswer(
    const SealingSecretKey& secret, std::string_view sealed);

// The key that opens what is told of an institution's customers: derived from
// its handle key, which whoever may ask has. BLAKE2b-256(handle key,
// "garderobe/access-key/v1" 00).
SealingSecretKey AccessKeyOf(const InstitutionHandleKey& key);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_SEALING_SEALED_ANSWER_H_
