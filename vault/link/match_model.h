// Weights of evidence (Fellegi-Sunter): how often a level of agreement occurs
// between two relations of one person, of two people of one family, and of
// strangers.
//
// The third class is there because families share addresses, telephones and
// e-mail all at once, and so look like one person to a model of two.
#ifndef GARDEROBE_VAULT_LINK_MATCH_MODEL_H_
#define GARDEROBE_VAULT_LINK_MATCH_MODEL_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "vault/link/evidence.h"

namespace garderobe::vault {

// Probability of each level among pairs where it is not missing.
using LevelProbabilities =
    std::array<std::array<double, kLevelCount>, kComparisonCount>;

// People whom the institutions reach that have delivered fewer relations than
// weights are estimated from: some thousands of one house, of a city.
inline constexpr uint64_t kPopulationDefault = 100'000;

struct MatchParameters {
  LevelProbabilities same;      // m
  LevelProbabilities family;    // of one household, not one person
  LevelProbabilities stranger;  // u
  // How likely two relations taken at random are one person's, or of one
  // family.
  double prior_same = 0;
  double prior_family = 0;
  // Two relations are linked when MatchBits, log2 of the odds, is at least
  // this.
  double link_bits = 2;
  // When IdentityBits of two, what names and birth dates say, is below this, no
  // link makes one person of them that does not outweigh it: a relation that
  // says little can't make one person of two.
  double conflict_bits = -5;

  // For a collaboration that reaches so many people: among few, two who agree
  // by chance are rarer, and less evidence is enough. Counted on simulated
  // countries (docs/linking.md). The number goes up to the next of 1,000,
  // 3,000, 10,000 and so on to 100 million, so that growth changes nothing from
  // day to day.
  static MatchParameters ForPopulation(uint64_t people);
  static MatchParameters Default() { return ForPopulation(kPopulationDefault); }
  // Reads a TOML file as `vaultd --estimate-weights` writes it.
  // InvalidArgument, with the place: a key is unknown or missing, or a number
  // is out of bounds.
  [[nodiscard]] static absl::StatusOr<MatchParameters> Read(
      const std::string& path);
  // The same of the file's text; errors call it `name`.
  [[nodiscard]] static absl::StatusOr<MatchParameters> Parse(
      std::string_view text, std::string_view name);
  std::string ToToml() const;
  friend bool operator==(const MatchParameters&,
                         const MatchParameters&) = default;
};

// Thread-safe but for assignment.
class MatchModel {
 public:
  explicit MatchModel(const MatchParameters& parameters);

  // log2 of the odds that the two are one person.
  double MatchBits(Pattern pattern) const;
  // The same, of names and birth dates only and without the prior: what speaks
  // against one person when nothing else is shared.
  double IdentityBits(Pattern pattern) const;

  // How likely each of the three is; they add up to 1.
  struct Posterior {
    double same, family, stranger;
  };
  Posterior PosteriorOf(Pattern pattern) const;

  bool Links(Pattern pattern) const {
    return !pattern.contradictory() &&
           MatchBits(pattern) >= parameters_.link_bits;
  }
  // Whether two relations speak against a link of so many bits between the
  // clusters that they are in.
  bool Conflicts(Pattern pattern, double bits) const {
    if (pattern.contradictory()) return true;
    const double identity = IdentityBits(pattern);
    return identity < parameters_.conflict_bits &&
           bits + identity < parameters_.link_bits;
  }
  const MatchParameters& parameters() const { return parameters_; }

 private:
  struct Sums {
    double same, family, stranger;  // log2 of the likelihoods
  };
  Sums Likelihoods(Pattern pattern) const;

  MatchParameters parameters_;
  LevelProbabilities same_, family_, stranger_;  // log2
};

std::string_view ComparisonName(Comparison comparison);
std::string_view LevelName(Level level);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_MATCH_MODEL_H_
