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

// The smallest and the largest population that there are weights for, and what
// one person adds to the priors.
constexpr double kPopulationLeast = 1'000, kPopulationMost = 100'000'000;
constexpr double kSamePerPerson = 0.8, kFamilyPerPerson = 0.18;

LevelProbabilities Logarithms(const LevelProbabilities& probabilities) {
  LevelProbabilities logarithms{};
  for (size_t c = 0; c < kComparisonCount; ++c) {
    for (size_t l = 1; l < kLevelCount; ++l) {
      logarithms[c][l] = std::log2(std::max(probabilities[c][l], kLeast));
    }
  }
  return logarithms;
}

// log2 of how often one person has two birth dates, at most.
constexpr double kOtherBirthDateBits = -4.3;

bool Agrees(Pattern pattern, Comparison comparison) {
  const Level level = pattern.level(comparison);
  return level != Level::kMissing && level != Level::kDiffers;
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
      "missing", "same",     "bare",    "other_name", "near",
      "differs", "spelling", "initial", "near_bare",  "unnamed"};
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
  // Father and son, and namesakes: what the store shows of mistyped birth dates
  // does not make one of two people who share no more than names and an
  // address.
  if (pattern.level(Comparison::kBorn) == Level::kDiffers &&
      !Agrees(pattern, Comparison::kEmail) &&
      !Agrees(pattern, Comparison::kMobile) &&
      !Agrees(pattern, Comparison::kPass)) {
    constexpr auto kBorn = static_cast<size_t>(Comparison::kBorn);
    constexpr auto kDiffers = static_cast<size_t>(Level::kDiffers);
    sums.same += std::min(0.0, kOtherBirthDateBits - same_[kBorn][kDiffers]);
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

MatchParameters MatchParameters::ForPopulation(uint64_t people) {
  MatchParameters p;
  // clang-format off
  // missing, same, bare, other_name, near, differs, spelling, initial,
  // near_bare, unnamed
  p.same = {{{0, .86, .065, .002, .007, .03, .012, .007, .003, .014},
             {0, .87, .065, .002, 0, .02, 0, .015, 0, .028},
             {0, .955, .003, .006, .014, .022, 0, 0, 0, 0},
             {0, .8, .08, 0, .01, .1, 0, 0, .01, 0},
             {0, .99, 0, 0, 0, .01, 0, 0, 0, 0}}};
  p.family = {{{0, .016, .008, .62, .002, .294, .008, .044, .004, .004},
               {0, .008, .006, .5, 0, .434, 0, .048, 0, .004},
               {0, .0007, .001, .005, 1e-5, .9933, 0, 0, 0, 0},
               {0, .12, .19, 0, .02, .66, 0, 0, .01, 0},
               {0, 1e-5, 0, 0, 0, .99999, 0, 0, 0, 0}}};
  p.stranger = {{{0, 2e-11, 1e-10, 3e-9, 2e-8, 1, 5e-11, 2e-10, 2e-7, 1e-10},
                 {0, 2e-11, 1e-10, 3e-9, 0, 1, 0, 2e-10, 0, 1e-10},
                 {0, 6e-9, 2e-7, 2.5e-7, 7e-8, 1, 0, 0, 0, 0},
                 {0, 2e-10, 1e-9, 0, 2e-9, 1, 0, 0, 3e-8, 0},
                 {0, 2e-10, 0, 0, 0, 1, 0, 0, 0, 0}}};
  // clang-format on
  double step = kPopulationLeast;
  for (bool third = true; step < static_cast<double>(people); third = !third) {
    if (step >= kPopulationMost) break;
    step *= third ? 3 : 10.0 / 3;
  }
  // A person has four relations; one relation has 3.2 others of its person
  // among those, and shares something with 0.7 of its family besides.
  p.prior_same = kSamePerPerson / step;
  p.prior_family = kFamilyPerPerson / step;
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
  return Parse(text, path);
}

absl::StatusOr<MatchParameters> MatchParameters::Parse(std::string_view text,
                                                       std::string_view name) {
  const std::string path(name);
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
        // As many digits as it takes to read the same again.
        text +=
            fmt::format("{} = {}\n", LevelName(static_cast<Level>(l)), value);
      }
    }
  }
  return text;
}

}  // namespace garderobe::vault
