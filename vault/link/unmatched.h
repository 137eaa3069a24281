// Objections of people of whom nothing was ever delivered: they end after the
// longest retention that an institution can have (protocol.md, 6), which
// Linker::EndUnmatched sees to. Here: where their month stands in kMeta.
#ifndef GARDEROBE_VAULT_LINK_UNMATCHED_H_
#define GARDEROBE_VAULT_LINK_UNMATCHED_H_

#include <string>
#include <string_view>

#include "vault/link/records.h"

namespace garderobe::vault {

inline constexpr std::string_view kUnmatchedPrefix = "unmatched/";

inline std::string UnmatchedKey(RelationId id) {
  return std::string(kUnmatchedPrefix) + NumberKey(id);
}

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_UNMATCHED_H_
