// Who keeps a person's element when relations are grouped anew.
#ifndef GARDEROBE_VAULT_LINK_POINT_CLAIMS_H_
#define GARDEROBE_VAULT_LINK_POINT_CLAIMS_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "vault/link/records.h"

namespace garderobe::vault {

// Returns for each person of `now` which one of `before` it continues; nullopt
// for somebody new. The person with whom most relations of an old one stay
// continues it, and each old one is continued once at most. `relations` of both
// are ascending.
std::vector<std::optional<size_t>> ClaimPoints(
    const std::vector<Person>& now, const std::vector<Person>& before);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_POINT_CLAIMS_H_
