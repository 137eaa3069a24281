// A pinned Ed25519 key, as configurations write it.
#ifndef GARDEROBE_CORE_KEYS_PINS_H_
#define GARDEROBE_CORE_KEYS_PINS_H_

#include "core/keys/parameters.h"

namespace garderobe {

// InvalidArgument: not 64 hex digits; names the setting.
[[nodiscard]] inline absl::StatusOr<VerifyKey> ParsePin(
    std::string_view setting, std::string_view hex) {
  auto bytes = FromHex(hex);
  if (!bytes.ok() || bytes->size() != VerifyKey::kBytes) {
    return InvalidArgument("{} must be 64 hex digits", setting);
  }
  return VerifyKey::From(*bytes);
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_PINS_H_
