// Weights of evidence (Fellegi-Sunter): how often a level of agreement occurs
// between two relations of one person, of two people of one family, and of
// strangers.
//
// The third class is there because families share addresses, telephones and
// e-mail all at once, and so look like one person to a model of two.
#ifndef GARDEROBE_VAULT_LINK_MATCH_MODEL_H_
#define GARDEROBE_VAULT_LINK_MATCH_MODEL_H_

#include <array>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "vault/link/evidence.h"

namespace garderobe::vault {

// Probability of each level among pairs where it is not missing.
using LevelProbabilities =
    std::array<std::array<double, kLevelCount>, kComparisonCount>;

struct MatchParameters {
  LevelProbabilities same;      // m
  LevelProbabilities family;    // of one household, not one person
  LevelProbabilities stranger;  // u
  // How likely two relations taken at random are one person's, or of one
  // family. Fixed, not counted: otherwise the outcome would depend on how many
  // relations came before.
  double prior_same = 0;
  double prior_family = 0;
  // Two relations are linked when MatchBits, log2 of the odds, is at least
  // this.
  double link_bits = 2;
  // Two are never one person's when IdentityBits, what names and birth dates
  // say, is below this: a relation that says little can't make one person of
  // two.
  double conflict_bits = -5;

  // Estimated on the simulated country (docs/linking.md).
  static MatchParameters Default();
  // Reads a TOML file as `vaultd --estimate-weights` writes it.
  // InvalidArgument, with the place: a key is unknown or missing, or a number
  // is out of bounds.
  [[nodiscard]] static absl::StatusOr<MatchParameters> Read(
      const std::string& path);
  std::string ToToml() const;
  friend bool operator==(const MatchParameters&,
                         const MatchParameters&) = default;
};

// Immutable, thread-safe.
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
  bool Conflicts(Pattern pattern) const {
    return pattern.contradictory() ||
           IdentityBits(pattern) < parameters_.conflict_bits;
  }
  const MatchParameters& parameters() const { return parameters_; }

 private:
  struct Sums {
    double same, family, stranger;  // log2 of the likelihoods
  };
  Sums Likelihoods(Pattern pattern) const;

  const MatchParameters parameters_;
  LevelProbabilities same_, family_, stranger_;  // log2
};

std::string_view ComparisonName(Comparison comparison);
std::string_view LevelName(Level level);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_MATCH_MODEL_H_
