// A customer's identifiers as points that no party opens alone (protocol.md,
// 3): what every client does, plaind among them.
#ifndef GARDEROBE_CORE_IDENTIFIERS_ENCRYPT_H_
#define GARDEROBE_CORE_IDENTIFIERS_ENCRYPT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/identifiers/match_keys.h"
#include "core/keys/parameters.h"

namespace garderobe {

struct EncryptedIdentifiers {
  uint32_t kinds = 0;    // bit k stands for kind k
  Element point_a;       // A = r*G
  std::string points_b;  // B of each kind, 32 bytes, ascending
  Element point_home;    // D
};

// What stands in the slots of the kinds that every row has to have and this
// customer does not show: points that belong to nobody else, and are the same
// whenever the customer is delivered.
struct Padding {
  uint32_t kinds = 0;  // bit k stands for kind k
  std::string secret;  // of the relation, at least 16 bytes; known to its owner
};

// The dummy of a kind. No normal form begins with its zero byte.
Element DummyOf(const Padding& padding, std::string_view kind);

// B[k] = M[k] + r*(Y[k] + U) and D = M[address] + r*(Y[home] + Z + U) with a
// fresh r; D is random where there is no address. Kinds without a slot are left
// out.
EncryptedIdentifiers EncryptIdentifiers(const Identifiers& identifiers,
                                        const JointKeys& keys,
                                        const Padding& padding = {});

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_ENCRYPT_H_
