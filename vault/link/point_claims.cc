#include "vault/link/point_claims.h"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

namespace garderobe::vault {

std::vector<std::optional<size_t>> ClaimPoints(
    const std::vector<Person>& now, const std::vector<Person>& before) {
  std::map<RelationId, size_t> person_before;
  for (size_t old = 0; old < before.size(); ++old) {
    for (RelationId id : before[old].relations) person_before[id] = old;
  }
  struct Claim {
    size_t shared, person, old;
  };
  std::vector<Claim> claims;
  for (size_t person = 0; person < now.size(); ++person) {
    std::map<size_t, size_t> shared;
    for (RelationId id : now[person].relations) {
      const auto known = person_before.find(id);
      if (known != person_before.end()) ++shared[known->second];
    }
    for (const auto& [old, count] : shared) {
      claims.push_back({count, person, old});
    }
  }
  std::sort(claims.begin(), claims.end(), [](const Claim& x, const Claim& y) {
    return std::tie(y.shared, x.person, x.old) <
           std::tie(x.shared, y.person, y.old);
  });
  std::vector<std::optional<size_t>> continued(now.size());
  std::vector<bool> taken(before.size());
  for (const Claim& claim : claims) {
    if (continued[claim.person] || taken[claim.old]) continue;
    continued[claim.person] = claim.old;
    taken[claim.old] = true;
  }
  return continued;
}

}  // namespace garderobe::vault
