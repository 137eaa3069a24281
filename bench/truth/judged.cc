#include "bench/truth/judged.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <utility>

#include "vault/link/records.h"

namespace garderobe::bench {
namespace {

using vault::Comparison;
using vault::Level;
using vault::LevelProbabilities;

constexpr double kGuessWeight = 5;  // pairs that the first guess counts as

double PairsOf(uint64_t n) {
  return static_cast<double>(n) * (static_cast<double>(n) - 1) / 2;
}

template <class Key>
double PairsOf(const std::map<Key, uint64_t>& groups) {
  double pairs = 0;
  for (const auto& [key, n] : groups) pairs += PairsOf(n);
  return pairs;
}

}  // namespace

double Quality::f1() const {
  return 2 * precision * recall / std::max(1e-9, precision + recall);
}

absl::StatusOr<Judged> Judged::Of(const Store& store, const Delivered& data) {
  Judged judged;
  const auto it = store.NewIterator(vault::kGroups);
  uint64_t person = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    vault::GroupRecord group;
    if (!Decode(AsView(it->value()), &group)) return vault::Damaged();
    for (const vault::Person& each : group.persons) {
      ++person;
      for (const vault::RelationId id : each.relations) {
        GARDEROBE_ASSIGN_OR_RETURN(
            const std::string value,
            store.Get(vault::kRelations, vault::NumberKey(id)));
        vault::RelationRecord relation;
        if (!Decode(value, &relation)) return vault::Damaged();
        const auto who =
            data.who.find(vault::NumberKey(id) + relation.handle_rest);
        if (who == data.who.end()) continue;
        const auto number = static_cast<uint32_t>(judged.relations_.size());
        judged.relations_.push_back({who->second, relation.evidence(), person});
        for (const vault::Fingerprint f : judged.relations_.back().evidence) {
          if (f != 0) judged.holders_[f].push_back(number);
        }
      }
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  if (judged.relations_.empty()) {
    return FailedPrecondition("nothing is linked of which the truth is known");
  }
  return judged;
}

Quality Judged::quality() const {
  std::map<std::string, uint64_t> truth;
  std::map<uint64_t, uint64_t> found;
  std::map<std::pair<uint64_t, std::string>, uint64_t> both;
  for (const Relation& relation : relations_) {
    ++truth[relation.who.person];
    ++found[relation.person];
    ++both[{relation.person, relation.who.person}];
  }
  const double right = PairsOf(both);
  return {.relations = relations_.size(),
          .persons = truth.size(),
          .found = found.size(),
          .precision = right / std::max(1.0, PairsOf(found)),
          .recall = right / std::max(1.0, PairsOf(truth))};
}

void Judged::WriteFound(std::ostream& out) const {
  out << "institution,customer_id,person,household,found\n";
  for (const Relation& relation : relations_) {
    const Who& who = relation.who;
    out << who.institution << ',' << who.customer << ',' << who.person << ','
        << who.household << ',' << relation.person << '\n';
  }
}

Judged::Class Judged::ClassOf(const Relation& a, const Relation& b) const {
  if (a.who.person == b.who.person) return kPerson;
  return !a.who.household.empty() && a.who.household == b.who.household
             ? kHousehold
             : kStrangers;
}

template <class F>
void Judged::ForEachPair(const F& look) const {
  std::set<uint32_t> others;
  for (uint32_t i = 0; i < relations_.size(); ++i) {
    others.clear();
    for (const vault::Fingerprint f : relations_[i].evidence) {
      if (f == 0) continue;
      const auto& holders = holders_.at(f);
      others.insert(std::upper_bound(holders.begin(), holders.end(), i),
                    holders.end());
    }
    for (const uint32_t j : others) {
      look(relations_[i], relations_[j],
           vault::Compare(relations_[i].evidence, relations_[j].evidence));
    }
  }
}

std::map<uint32_t, Judged::Pairs> Judged::PairsByPattern() const {
  std::map<uint32_t, Pairs> pairs;
  ForEachPair([&](const Relation& a, const Relation& b, vault::Pattern p) {
    ++pairs[p.bits()][ClassOf(a, b)][a.person == b.person];
  });
  return pairs;
}

std::array<uint64_t, 2> Judged::ShareNothing() const {
  std::map<std::string, uint64_t> truth;
  std::map<std::pair<uint64_t, std::string>, uint64_t> both;
  for (const Relation& relation : relations_) {
    ++truth[relation.who.person];
    ++both[{relation.person, relation.who.person}];
  }
  const double linked = PairsOf(both);
  std::array<double, 2> nothing = {PairsOf(truth) - linked, linked};
  for (const auto& [bits, pairs] : PairsByPattern()) {
    for (size_t l = 0; l < 2; ++l) {
      nothing[l] -= static_cast<double>(pairs[kPerson][l]);
    }
  }
  return {static_cast<uint64_t>(nothing[0]), static_cast<uint64_t>(nothing[1])};
}

uint64_t Judged::PersonsAtLeast() const {
  std::vector<uint32_t> root(relations_.size());
  std::iota(root.begin(), root.end(), 0);
  const auto find = [&](uint32_t x) {
    while (root[x] != x) x = root[x] = root[root[x]];
    return x;
  };
  uint64_t parts = relations_.size();
  ForEachPair([&](const Relation& a, const Relation& b, vault::Pattern) {
    if (a.who.person != b.who.person) return;
    const uint32_t x = find(static_cast<uint32_t>(&a - relations_.data()));
    const uint32_t y = find(static_cast<uint32_t>(&b - relations_.data()));
    if (x == y) return;
    root[x] = y;
    --parts;
  });
  return parts;
}

vault::MatchParameters Judged::Weights(
    const vault::MatchParameters& guess) const {
  using vault::kComparisonCount;
  using vault::kLevelCount;
  std::array<LevelProbabilities, 3> counts{};
  ForEachPair([&](const Relation& a, const Relation& b, vault::Pattern p) {
    LevelProbabilities& of = counts[ClassOf(a, b)];
    for (size_t c = 0; c < kComparisonCount; ++c) {
      ++of[c][static_cast<size_t>(p.level(static_cast<Comparison>(c)))];
    }
  });
  std::array<double, 3> share{};
  ForEachPair([&](const Relation& a, const Relation& b, vault::Pattern) {
    ++share[ClassOf(a, b)];
  });
  std::array<double, kComparisonCount> comparable{};
  for (const Relation& relation : relations_) {
    // Against oneself everything is equal, and what is missing shows.
    const vault::Pattern own =
        vault::Compare(relation.evidence, relation.evidence);
    for (size_t c = 0; c < kComparisonCount; ++c) {
      comparable[c] += own.level(static_cast<Comparison>(c)) != Level::kMissing;
    }
  }
  vault::MatchParameters weights = guess;
  const double all = PairsOf(relations_.size());
  weights.prior_same = std::max(0.5, share[kPerson]) / all;
  weights.prior_family = std::max(0.5, share[kHousehold]) / all;
  const auto shares = [&](const LevelProbabilities& of,
                          const LevelProbabilities& first,
                          LevelProbabilities* to) {
    for (size_t c = 0; c < kComparisonCount; ++c) {
      double total = kGuessWeight;
      for (size_t l = 1; l < kLevelCount; ++l) total += of[c][l];
      for (size_t l = 1; l < kLevelCount; ++l) {
        (*to)[c][l] = (of[c][l] + kGuessWeight * first[c][l]) / total;
      }
    }
  };
  shares(counts[kPerson], guess.same, &weights.same);
  shares(counts[kHousehold], guess.family, &weights.family);
  for (size_t c = 0; c < kComparisonCount; ++c) {
    const double pairs = std::max(1.0, comparable[c] * (comparable[c] - 1) / 2);
    for (size_t l = 1; l < kLevelCount; ++l) {
      weights.stranger[c][l] = l == static_cast<size_t>(Level::kDiffers)
                                   ? 1
                                   : (counts[kStrangers][c][l] + 0.5) / pairs;
    }
  }
  return weights;
}

}  // namespace garderobe::bench
