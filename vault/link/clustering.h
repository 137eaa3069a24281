// Which relations of a group are one person's.
//
// A function of the set: neither the order of the relations nor how they came
// in changes it. Pairs are taken from the strongest down, and two clusters
// become one unless somebody of the one can't be somebody of the other: a
// relation without a name can't make one person of a family.
#ifndef GARDEROBE_VAULT_LINK_CLUSTERING_H_
#define GARDEROBE_VAULT_LINK_CLUSTERING_H_

#include <cstdint>
#include <span>
#include <vector>

#include "vault/link/match_model.h"

namespace garderobe::vault {

// Nobody is a customer so often: two clusters that together have more are not
// joined. Keeps whoever strings relations together from costing more than
// their number.
inline constexpr size_t kRelationsOfPersonMax = 300;

struct ClusterMember {
  uint64_t id;  // unlike all others; decides between equals
  const Evidence* evidence;
};

struct Clusters {
  // The cluster of each member. Clusters are numbered by their first member in
  // the order of ids.
  std::vector<uint32_t> cluster_of;
  uint32_t count = 0;
  // The part of each cluster. Links connect the clusters of one part, and none
  // leads out of it.
  std::vector<uint32_t> part_of;
  uint32_t part_count = 0;
};

// `apart` are pairs of ids that somebody has said are not one person.
Clusters FindClusters(std::span<const ClusterMember> members,
                      const MatchModel& model,
                      std::span<const std::pair<uint64_t, uint64_t>> apart);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_CLUSTERING_H_
