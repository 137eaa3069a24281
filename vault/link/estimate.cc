#include "vault/link/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace garderobe::vault {
namespace {

constexpr uint64_t kRelationsLeast = 100;
constexpr int kRoundsMax = 500;
constexpr double kSettled = 1e-7;  // the priors' relative change
// The first guess counts as so many pairs: what a small store never shows
// keeps a probability.
constexpr double kGuessWeight = 5;
constexpr double kUnseen =
    0.3;  // pairs of strangers that a level had by chance

using Sums = LevelProbabilities;

void Add(Sums& sums, Pattern pattern, double weight) {
  for (size_t c = 0; c < kComparisonCount; ++c) {
    sums[c][static_cast<size_t>(pattern.level(static_cast<Comparison>(c)))] +=
        weight;
  }
}

// Shares of each level, with the guess as some pairs more.
LevelProbabilities Shares(const Sums& sums, const LevelProbabilities& guess) {
  LevelProbabilities shares{};
  for (size_t c = 0; c < kComparisonCount; ++c) {
    double total = kGuessWeight;
    for (size_t l = 1; l < kLevelCount; ++l) total += sums[c][l];
    for (size_t l = 1; l < kLevelCount; ++l) {
      shares[c][l] = (sums[c][l] + kGuessWeight * guess[c][l]) / total;
    }
  }
  return shares;
}

// How often two relations of one person disagree so is hard to tell from how
// often two people do, and the store alone may show anything. Nothing beyond
// these is believed: others on one e-mail address stay apart, and one nickname
// does not outweigh all else.
struct Limit {
  Comparison comparison;
  Level level;
  double least, most;
};
constexpr Limit kLimits[] = {
    {Comparison::kEmail, Level::kOtherName, 0.02, 0.05},
    {Comparison::kEmail, Level::kInitial, 0.004, 0.07},
    {Comparison::kMobile, Level::kOtherName, 0.02, 0.05},
    {Comparison::kMobile, Level::kInitial, 0.004, 0.07},
    {Comparison::kBorn, Level::kOtherName, 0.003, 0.2},
    {Comparison::kBorn, Level::kDiffers, 0.01, 0.3},
    {Comparison::kPass, Level::kDiffers, 0.002, 0.05}};

LevelProbabilities Guarded(LevelProbabilities same) {
  for (const Limit& limit : kLimits) {
    double& share = same[static_cast<size_t>(limit.comparison)]
                        [static_cast<size_t>(limit.level)];
    share = std::clamp(share, limit.least, limit.most);
  }
  return same;
}

// To half a bit: a few relations more seldom make other weights, with which
// everything would be linked again.
double ToHalfBit(double probability) {
  return std::exp2(std::round(2 * std::log2(probability)) / 2);
}
MatchParameters Rounded(MatchParameters p) {
  for (auto& levels : p.same) {
    for (double& share : levels) {
      if (share > 0) share = ToHalfBit(share);
    }
  }
  p.prior_same = ToHalfBit(p.prior_same);
  p.prior_family = ToHalfBit(p.prior_family);
  return p;
}

}  // namespace

absl::StatusOr<PatternCounts> CountPatterns(const Store& store,
                                            uint64_t relations_max,
                                            const std::atomic<bool>* stop) {
  PatternCounts counts;
  const auto all = store.NewIterator(kRelations);
  for (all->SeekToFirst(); all->Valid(); all->Next()) ++counts.relations;
  GARDEROBE_RETURN_IF_ERROR(FromRocks(all->status()));
  if (counts.relations < kRelationsLeast) {
    return FailedPrecondition(
        "{} relations are too few to estimate weights from; {} are needed",
        counts.relations, kRelationsLeast);
  }
  // Numbers are parts of keyed hashes: those that end alike are a fair sample,
  // which stays the same while others come and go.
  uint64_t step = 1;
  while (counts.relations / step > relations_max) step *= 2;
  for (all->SeekToFirst(); all->Valid(); all->Next()) {
    const auto id = GetBigEndian<RelationId>(all->key().data());
    if (id % step != 0) continue;
    if (stop != nullptr && *stop) {
      return absl::CancelledError("the estimate was stopped");
    }
    RelationRecord relation;
    if (!Decode(AsView(all->value()), &relation)) return Damaged();
    const Evidence evidence = relation.evidence();
    ++counts.looked_at;
    std::set<RelationId> others;
    for (const Fingerprint fingerprint : evidence) {
      if (fingerprint == 0) continue;
      const std::string prefix = NumberKey(fingerprint);
      const auto it = store.NewIterator(kTokens);
      for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix);
           it->Next()) {
        TokenRecord token;
        if (!Decode(AsView(it->value()), &token)) return Damaged();
        others.insert(token.relations.begin(), token.relations.end());
      }
      GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
    }
    others.erase(id);
    for (RelationId other : others) {
      const auto value = store.Get(kRelations, NumberKey(other));
      if (value.status().code() == absl::StatusCode::kNotFound) continue;
      GARDEROBE_RETURN_IF_ERROR(value.status());
      RelationRecord neighbour;
      if (!Decode(*value, &neighbour)) return Damaged();
      const Pattern pattern = Compare(evidence, neighbour.evidence());
      // Of a contradiction one side is wrong.
      if (!pattern.contradictory()) ++counts.shared[pattern.bits()];
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(all->status()));
  return counts;
}

EstimateReport EstimateParameters(const PatternCounts& counts,
                                  const MatchParameters& start) {
  EstimateReport report;
  report.relations = counts.relations;
  report.looked_at = counts.looked_at;
  for (const auto& [bits, count] : counts.shared) report.pairs += count;
  const double n = static_cast<double>(counts.relations);
  const double all_pairs = static_cast<double>(counts.looked_at) * (n - 1);
  MatchParameters p = start;
  p.prior_same = 1 / n;
  p.prior_family = 1 / n;
  for (report.rounds = 1; report.rounds <= kRoundsMax; ++report.rounds) {
    const MatchModel model(p);
    Sums same{};
    double same_total = 0, family_total = 0;
    for (const auto& [bits, count] : counts.shared) {
      const Pattern pattern = Pattern::From(bits);
      const MatchModel::Posterior posterior = model.PosteriorOf(pattern);
      const auto pairs = static_cast<double>(count);
      Add(same, pattern, pairs * posterior.same);
      same_total += pairs * posterior.same;
      family_total += pairs * posterior.family;
    }
    MatchParameters next = p;
    next.same = Guarded(Shares(same, start.same));
    next.prior_same = std::max(same_total, kUnseen) / all_pairs;
    next.prior_family = std::max(family_total, kUnseen) / all_pairs;
    const double change =
        std::max(std::abs(next.prior_same / p.prior_same - 1),
                 std::abs(next.prior_family / p.prior_family - 1));
    p = next;
    if (change < kSettled) break;
  }
  report.parameters = Rounded(p);
  return report;
}

}  // namespace garderobe::vault
