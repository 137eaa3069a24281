#include "vault/link/match_model.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>

#include "core/base/files.h"
#include "core/config/toml.h"

namespace garderobe::vault {
namespace {

// Nothing is impossible: a probability below this would outweigh all else.
constexpr double kLeast = 1e-12;

LevelProbabilities Logarithms(const LevelProbabilities& probabilities) {
  LevelProbabilities logarithms{};
  for (size_t c = 0; c < kComparisonCount; ++c) {
    for (size_t l = 1; l < kLevelCount; ++l) {
      logarithms[c][l] = std::log2(std::max(probabilities[c][l], kLeast));
    }
  }
  return logarithms;
}

// log2(2^a + 2^b)
double Sum(double a, double b) {
  const double most = std::max(a, b);
  return most + std::log2(std::exp2(a - most) + std::exp2(b - most));
}

}  // namespace

std::string_view ComparisonName(Comparison comparison) {
  constexpr std::string_view kNames[kComparisonCount] = {
      "email", "mobile", "born", "home", "pass"};
  return kNames[static_cast<size_t>(comparison)];
}

std::string_view LevelName(Level level) {
  constexpr std::string_view kNames[kLevelCount] = {
      "missing", "same", "bare", "other_name", "near", "differs"};
  return kNames[static_cast<size_t>(level)];
}

MatchModel::MatchModel(const MatchParameters& parameters)
    : parameters_(parameters),
      same_(Logarithms(parameters.same)),
      family_(Logarithms(parameters.family)),
      stranger_(Logarithms(parameters.stranger)) {}

MatchModel::Sums MatchModel::Likelihoods(Pattern pattern) const {
  Sums sums{0, 0, 0};
  for (size_t c = 0; c < kComparisonCount; ++c) {
    const auto level =
        static_cast<size_t>(pattern.level(static_cast<Comparison>(c)));
    sums.same += same_[c][level];
    sums.family += family_[c][level];
    sums.stranger += stranger_[c][level];
  }
  return sums;
}

double MatchModel::MatchBits(Pattern pattern) const {
  const Sums sums = Likelihoods(pattern);
  return std::log2(parameters_.prior_same) + sums.same -
         Sum(std::log2(parameters_.prior_family) + sums.family,
             std::log2(1 - parameters_.prior_same - parameters_.prior_family) +
                 sums.stranger);
}

MatchModel::Posterior MatchModel::PosteriorOf(Pattern pattern) const {
  const Sums sums = Likelihoods(pattern);
  const double same = std::log2(parameters_.prior_same) + sums.same;
  const double family = std::log2(parameters_.prior_family) + sums.family;
  const double stranger = sums.stranger;
  const double whole = Sum(Sum(same, family), stranger);
  return {std::exp2(same - whole), std::exp2(family - whole),
          std::exp2(stranger - whole)};
}

double MatchModel::IdentityBits(Pattern pattern) const {
  double bits = 0;
  for (size_t c = 0; c < kComparisonCount; ++c) {
    const auto comparison = static_cast<Comparison>(c);
    const Level level = pattern.level(comparison);
    // That somebody has two addresses says nothing about who it is.
    if (level == Level::kDiffers && comparison != Comparison::kBorn) continue;
    const auto l = static_cast<size_t>(level);
    bits += same_[c][l] - std::max(family_[c][l], stranger_[c][l]);
  }
  return bits;
}

MatchParameters MatchParameters::Default() {
  MatchParameters p;
  // The simulated country of 4,000 persons counted with its truth
  // (bench/linkage --label), rounded; made a little untidier, because its
  // people use one e-mail everywhere; strangers' shares from how often the
  // keys meet among 100,000 of its persons.
  //           missing same  bare   other  near   differs
  p.same = {{{0, .78, .17, .004, .012, .034},
             {0, .96, .01, .005, 0, .025},
             {0, .955, .004, .006, .013, .022},
             {0, .79, .15, .002, .014, .044},
             {0, .99, 0, 0, 0, .01}}};
  p.family = {{{0, .003, .026, .304, .002, .665},
               {0, .018, .005, .225, 0, .752},
               {0, 1e-5, .001, .003, 1e-5, .99598},
               {0, .012, .038, .937, .005, .008},
               {0, 1e-5, 0, 0, 0, .99999}}};
  p.stranger = {{{0, 2e-10, 5e-10, 2e-9, 5e-8, 1},
                 {0, 1e-9, 1e-9, 2e-8, 0, 1},
                 {0, 6e-9, 2e-7, 2.5e-7, 7e-8, 1},
                 {0, 1e-9, 1e-8, 1e-8, 3e-9, 1},
                 {0, 1e-9, 0, 0, 0, 1}}};
  // Of 40 million relations one has 3.2 others of its person, and 3.7 of its
  // family besides.
  p.prior_same = 8e-8;
  p.prior_family = 9.3e-8;
  return p;
}

namespace {

// A class's name in the file, and its table.
struct Class {
  std::string_view name;
  LevelProbabilities MatchParameters::*table;
};
constexpr Class kClasses[] = {{"same", &MatchParameters::same},
                              {"family", &MatchParameters::family},
                              {"stranger", &MatchParameters::stranger}};
struct Number {
  std::string_view name;
  double MatchParameters::*value;
  double least, most;
};
constexpr Number kNumbers[] = {
    {"prior_same", &MatchParameters::prior_same, 1e-15, 0.5},
    {"prior_family", &MatchParameters::prior_family, 1e-15, 0.5},
    {"link_bits", &MatchParameters::link_bits, -100, 100},
    {"conflict_bits", &MatchParameters::conflict_bits, -1000, 0}};

absl::Status ReadTable(const toml::table& table, std::string_view name,
                       LevelProbabilities* probabilities) {
  for (size_t c = 0; c < kComparisonCount; ++c) {
    const std::string_view comparison =
        ComparisonName(static_cast<Comparison>(c));
    const toml::table* levels = table[comparison].as_table();
    if (levels == nullptr) {
      return InvalidArgument("[{}.{}] is missing", name, comparison);
    }
    for (size_t l = 1; l < kLevelCount; ++l) {
      const std::string_view level = LevelName(static_cast<Level>(l));
      const auto value = (*levels)[level].value<double>();
      if (!value || !(*value >= 0 && *value <= 1)) {
        return InvalidArgument("{}.{}.{} must be a probability, 0 to 1", name,
                               comparison, level);
      }
      (*probabilities)[c][l] = *value;
    }
    if (levels->size() != kLevelCount - 1) {
      return InvalidArgument("{}.{} has a level that is not known", name,
                             comparison);
    }
  }
  if (table.size() != kComparisonCount) {
    return InvalidArgument("[{}] has a comparison that is not known", name);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<MatchParameters> MatchParameters::Read(const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path));
  GARDEROBE_ASSIGN_OR_RETURN(const toml::table file, ParseToml(text, path));
  MatchParameters parameters;
  for (const Number& number : kNumbers) {
    const auto value = file[number.name].value<double>();
    if (!value || !(*value >= number.least && *value <= number.most)) {
      return InvalidArgument("{}: {} must be a number from {} to {}", path,
                             number.name, number.least, number.most);
    }
    parameters.*number.value = *value;
  }
  for (const Class& each : kClasses) {
    const toml::table* table = file[each.name].as_table();
    if (table == nullptr) {
      return InvalidArgument("{}: [{}] is missing", path, each.name);
    }
    const absl::Status read =
        ReadTable(*table, each.name, &(parameters.*each.table));
    if (!read.ok()) return Annotate(read, path);
  }
  if (file.size() != std::size(kNumbers) + std::size(kClasses)) {
    return InvalidArgument("{}: there is a key that is not known", path);
  }
  return parameters;
}

std::string MatchParameters::ToToml() const {
  std::string text =
      "# Weights of evidence for linking (docs/linking.md). Probabilities of "
      "each level of\n# agreement between two relations of one person, of one "
      "family, of strangers.\n";
  for (const Number& number : kNumbers) {
    text += fmt::format("{} = {:.17g}\n", number.name, this->*number.value);
    // TOML tells integers from floats.
    if (text.find_first_of(".e", text.rfind('=')) == text.npos) {
      text.insert(text.size() - 1, ".0");
    }
  }
  for (const Class& each : kClasses) {
    for (size_t c = 0; c < kComparisonCount; ++c) {
      text += fmt::format("\n[{}.{}]\n", each.name,
                          ComparisonName(static_cast<Comparison>(c)));
      for (size_t l = 1; l < kLevelCount; ++l) {
        const double value = (this->*each.table)[c][l];
        text += fmt::format("{} = {:.6e}\n", LevelName(static_cast<Level>(l)),
                            value);
      }
    }
  }
  return text;
}

}  // namespace garderobe::vault
