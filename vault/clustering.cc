#include "vault/clustering.h"

#include <algorithm>
#include <numeric>

namespace garderobe::vault {
namespace {

struct Link {
  double bits;
  uint32_t a, b;  // places in the order of ids; a < b
};

// A bit for each pair that must not be together.
class ConflictMatrix {
 public:
  explicit ConflictMatrix(size_t size) : size_(size), bits_(size * size) {}
  void Set(size_t a, size_t b) {
    bits_[a * size_ + b] = true;
    bits_[b * size_ + a] = true;
  }
  bool operator()(size_t a, size_t b) const { return bits_[a * size_ + b]; }

 private:
  const size_t size_;
  std::vector<bool> bits_;
};

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
  ConflictMatrix conflicts(count);
  std::vector<Link> links;
  for (uint32_t a = 0; a < count; ++a) {
    for (uint32_t b = a + 1; b < count; ++b) {
      const Evidence& one = *members[order[a]].evidence;
      const Evidence& other = *members[order[b]].evidence;
      const Pattern pattern = Compare(one, other);
      if (model.Conflicts(pattern)) {
        conflicts.Set(a, b);
      } else if (model.Links(pattern) && ShareSomebody(one, other)) {
        links.push_back({model.MatchBits(pattern), a, b});
      }
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
  for (const auto& [first, second] : apart) {
    const size_t a = place_of(first), b = place_of(second);
    if (a < count && b < count) conflicts.Set(a, b);
  }
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
    if (into == from) continue;
    const bool conflict =
        std::any_of(inside[into].begin(), inside[into].end(), [&](uint32_t x) {
          return std::any_of(inside[from].begin(), inside[from].end(),
                             [&](uint32_t y) { return conflicts(x, y); });
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
  std::vector<uint32_t> parts;  // roots, in the order of clusters
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t& given = number[cluster[i]];
    if (given == UINT32_MAX) {
      given = result.count++;
      const auto known = std::find(parts.begin(), parts.end(), root(i));
      result.part_of.push_back(static_cast<uint32_t>(known - parts.begin()));
      if (known == parts.end()) parts.push_back(root(i));
    }
    result.cluster_of[order[i]] = given;
  }
  result.part_count = static_cast<uint32_t>(parts.size());
  return result;
}

}  // namespace garderobe::vault
