#include "vault/link/clustering.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <unordered_map>

namespace garderobe::vault {
namespace {

struct Link {
  double bits;
  uint32_t a, b;  // places in the order of ids; a < b
};

using Pairs = std::set<std::pair<uint32_t, uint32_t>>;  // a < b

// Pairs that share a token that says who somebody is, in order. Nobody else
// can be linked: a token has few holders, so there are few pairs, however
// large the group.
Pairs PairsThatShare(std::span<const ClusterMember> members,
                     const std::vector<uint32_t>& order) {
  std::unordered_map<uint64_t, std::vector<uint32_t>> holders;
  for (uint32_t i = 0; i < order.size(); ++i) {
    const Evidence& evidence = *members[order[i]].evidence;
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if (evidence[kind] != 0) {
        holders[evidence[kind]].push_back(i);
      }
    }
  }
  Pairs pairs;
  for (const auto& [token, list] : holders) {
    for (size_t i = 0; i < list.size(); ++i) {
      for (size_t j = i + 1; j < list.size(); ++j) {
        pairs.emplace(list[i], list[j]);
      }
    }
  }
  return pairs;
}

}  // namespace

Clusters FindClusters(std::span<const ClusterMember> members,
                      const MatchModel& model,
                      std::span<const std::pair<uint64_t, uint64_t>> apart) {
  const size_t count = members.size();
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t x, uint32_t y) {
    return members[x].id < members[y].id;
  });
  Clusters result;
  auto evidence_of = [&](uint32_t place) -> const Evidence& {
    return *members[order[place]].evidence;
  };
  std::vector<Link> links;
  for (const auto& [a, b] : PairsThatShare(members, order)) {
    const Pattern pattern = Compare(evidence_of(a), evidence_of(b));
    if (model.Links(pattern)) {
      links.push_back({model.MatchBits(pattern), a, b});
    }
  }
  auto place_of = [&](uint64_t id) {
    const auto at = std::lower_bound(
        order.begin(), order.end(), id,
        [&](uint32_t x, uint64_t wanted) { return members[x].id < wanted; });
    return at != order.end() && members[*at].id == id
               ? static_cast<size_t>(at - order.begin())
               : count;
  };
  Pairs kept_apart;
  for (const auto& [first, second] : apart) {
    const size_t a = place_of(first), b = place_of(second);
    if (a < count && b < count) {
      kept_apart.emplace(static_cast<uint32_t>(std::min(a, b)),
                         static_cast<uint32_t>(std::max(a, b)));
    }
  }
  auto conflicts = [&](uint32_t x, uint32_t y, double bits) {
    return kept_apart.contains({std::min(x, y), std::max(x, y)}) ||
           model.Conflicts(Compare(evidence_of(x), evidence_of(y)), bits);
  };
  std::sort(links.begin(), links.end(), [](const Link& x, const Link& y) {
    if (x.bits != y.bits) return x.bits > y.bits;
    return x.a != y.a ? x.a < y.a : x.b < y.b;
  });
  std::vector<uint32_t> cluster(count);
  std::iota(cluster.begin(), cluster.end(), 0);
  std::vector<std::vector<uint32_t>> inside(count);
  for (uint32_t i = 0; i < count; ++i) inside[i] = {i};
  for (const Link& link : links) {
    uint32_t into = cluster[link.a], from = cluster[link.b];
    if (into == from ||
        inside[into].size() + inside[from].size() > kRelationsOfPersonMax) {
      continue;
    }
    const bool conflict =
        std::any_of(inside[into].begin(), inside[into].end(), [&](uint32_t x) {
          return std::any_of(
              inside[from].begin(), inside[from].end(),
              [&](uint32_t y) { return conflicts(x, y, link.bits); });
        });
    if (conflict) continue;
    if (inside[into].size() < inside[from].size()) std::swap(into, from);
    for (uint32_t x : inside[from]) cluster[x] = into;
    inside[into].insert(inside[into].end(), inside[from].begin(),
                        inside[from].end());
    inside[from].clear();
  }
  std::vector<uint32_t> part(count);
  std::iota(part.begin(), part.end(), 0);
  auto root = [&](uint32_t x) {
    while (part[x] != x) x = part[x] = part[part[x]];
    return x;
  };
  for (const Link& link : links) part[root(link.a)] = root(link.b);
  result.cluster_of.resize(count);
  std::vector<uint32_t> number(count, UINT32_MAX);
  std::unordered_map<uint32_t, uint32_t> parts;  // root to number
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t& given = number[cluster[i]];
    if (given == UINT32_MAX) {
      given = result.count++;
      const auto entry =
          parts.try_emplace(root(i), static_cast<uint32_t>(parts.size())).first;
      result.part_of.push_back(entry->second);
    }
    result.cluster_of[order[i]] = given;
  }
  result.part_count = static_cast<uint32_t>(parts.size());
  return result;
}

}  // namespace garderobe::vault
