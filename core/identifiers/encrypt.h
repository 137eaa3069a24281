// A customer's identifiers as points that only the vault can take further
// (protocol.md, 3): what every client does, and the TTP in plain mode.
#ifndef GARDEROBE_CORE_IDENTIFIERS_ENCRYPT_H_
#define GARDEROBE_CORE_IDENTIFIERS_ENCRYPT_H_

#include <string>

#include "core/identifiers/match_keys.h"
#include "core/keys/parameters.h"

namespace garderobe {

struct EncryptedIdentifiers {
  uint32_t kinds = 0;    // bit k stands for kind k
  Element point_a;       // A = r*G
  std::string points_b;  // B of each kind, 32 bytes, ascending
};

// With a fresh r. `vault` has valid keys.
EncryptedIdentifiers EncryptIdentifiers(const Identifiers& identifiers,
                                        const VaultParameters& vault);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_ENCRYPT_H_
