#include "core/catalogue/catalogue.h"

#include <algorithm>
#include <cmath>

#include "fmt/format.h"

namespace garderobe {
namespace {

std::string Text(const NoiseParameters& noise) {
  return fmt::format("{}/{}, {}", noise.a, noise.b, noise.d);
}

double StandardDeviation(const NoiseParameters& noise) {
  double sum = 0, squares = 0;
  for (int x = -static_cast<int>(noise.d); x <= static_cast<int>(noise.d);
       ++x) {
    const double w = std::pow(double{1} * noise.a / noise.b, std::abs(x));
    sum += w;
    squares += w * x * x;
  }
  return std::sqrt(squares / sum);
}

}  // namespace

const Template* FindTemplate(std::string_view name) {
  const auto* const found =
      std::find_if(kTemplates.begin(), kTemplates.end(),
                   [name](const Template& t) { return t.name == name; });
  return found == kTemplates.end() ? nullptr : found;
}

double AdversarySuccess(int observations, const NoiseParameters& noise) {
  // The person is not there; the noise is X. A count of X <= 0 speaks for
  // that by ln(b/a), one of X > 0 as much against it, and X = -d proves it,
  // because with the person it would be below the noise's end.
  const double q = double{1} * noise.a / noise.b;
  double total = 1;
  for (uint32_t x = 1; x <= noise.d; ++x) total += 2 * std::pow(q, x);
  const double proof = std::pow(q, noise.d) / total;
  double against = 0;
  for (uint32_t x = 1; x <= noise.d; ++x) against += std::pow(q, x) / total;
  const double in_favour = 1 - against - proof;
  // Probability of each balance without a proof; index 0 is -observations.
  const auto n = static_cast<size_t>(observations);
  std::vector<double> balance(2 * n + 1, 0.0);
  balance[n] = 1;
  for (size_t i = 0; i < n; ++i) {
    std::vector<double> next(balance.size(), 0.0);
    for (size_t j = 1; j + 1 < balance.size(); ++j) {
      next[j + 1] += balance[j] * in_favour;
      next[j - 1] += balance[j] * against;
    }
    balance = std::move(next);
  }
  double undecided = 0, right = 0;
  for (size_t j = 0; j < balance.size(); ++j) {
    undecided += balance[j];
    if (j > n) right += balance[j];
    if (j == n) right += balance[j] / 2;
  }
  return 1 - undecided + right;
}

double SharesOfPersonsGain() {
  // Each counts by itself at most: an observation more adds no more to the
  // success than it would tell alone.
  return kSharesOfPersons * (AdversarySuccess(1, kSharesNoise) - 0.5);
}

std::vector<CatalogueParameter> CatalogueParameters() {
  const int cells = CellsPerPerson();
  auto percent = [](double share) {
    return fmt::format("{:.0f} %", 100 * share);
  };
  const NoiseParameters& persons = kPersonsNoise;
  return {
      {"noise of persons and households", Text(persons),
       fmt::format("added to counts: probability proportional to ({0}/{1})^|x|,"
                   " |x| <= {2}; standard deviation {3:.2f}",
                   persons.a, persons.b, persons.d,
                   StandardDeviation(persons))},
      {"noise of visits and tickets, quarter and month",
       Text(kQuarterVisitsNoise),
       fmt::format("standard deviation {:.0f}",
                   StandardDeviation(kQuarterVisitsNoise))},
      {"noise of visits and tickets, year", Text(kYearVisitsNoise),
       fmt::format("standard deviation {:.0f}",
                   StandardDeviation(kYearVisitsNoise))},
      {"cap, quarter and month", std::to_string(kQuarterVisitsCap),
       "visits, and tickets, counted per person and cell at most"},
      {"cap, year", std::to_string(kYearVisitsCap), "the same"},
      {"hard threshold", std::to_string(kHardThreshold),
       "no cell with fewer true persons ever appears"},
      {"release threshold", std::to_string(kReleaseThreshold),
       "tested on the noisy count of persons"},
      {"rounding", "5, 10, 3 digits",
       "to 5 below 1,000, to 10 below 10,000, then 3 significant digits"},
      {"indicative, persons and households",
       fmt::format("below {}", kIndicativeBelow), "marked :u"},
      {"indicative, visits and tickets",
       fmt::format("below {} and {}",
                   VisitsIndicativeBelow(Period::Level::kQuarter),
                   VisitsIndicativeBelow(Period::Level::kYear)),
       "in a quarter or month, and in a year; marked :u"},
      {"smallest area", std::to_string(kResidentsMin),
       "residents of a municipality told apart"},
      {"the nation",
       fmt::format("{} and {}", kNationInstitutionsMin, kNationOwnersMin),
       "institutions and owners that delivered, at least; no owner has more "
       "than half of the visits; otherwise everything of it is protected"},
      {"coverage",
       fmt::format("{} %, {}", kCoverageStepPercent, kCoverageVisitsMin),
       "steps of the share of the nation's visits that carry a customer, and "
       "visits from which on it is told; with the noise of visits; of years "
       "and quarters, of no institution"},
      {"coverage of persons",
       fmt::format("{} %, {}", kCoverageStepPercent, kCoveragePersonsMin),
       "steps of the shares of the nation's persons without a home and with an "
       "address only, and persons from which on they are told; with the noise "
       "of a year's visits; of years and quarters, of no institution"},
      {"cells per person (M)", std::to_string(cells),
       fmt::format("most cells in which one person at one institution appears "
                   "in a quarter, {} of them the nation's coverage; at most {}",
                   kCoverageCells, kCellsPerPersonMax)},
      {"M x ln(b/a)",
       fmt::format("{:.2f}",
                   cells * std::log(double{1} * persons.b / persons.a)),
       fmt::format("the sum over these cells, of persons and of coverage; the "
                   "{} shares "
                   "of persons in the coverage add {:.2f}",
                   kSharesOfPersons,
                   kSharesOfPersons *
                       std::log(double{1} * kSharesNoise.b / kSharesNoise.a))},
      {"adversary who knows everybody else, persons",
       "at most " +
           percent(AdversarySuccess(cells, persons) + SharesOfPersonsGain()),
       "how often the figures of persons in all M cells, and coverage, tell "
       "whether one person was there; 50 % is a guess"},
      {"the same with all measures",
       fmt::format("at most {}",
                   percent(AdversarySuccess(FiguresPerPerson(), persons) +
                           SharesOfPersonsGain())),
       "a heavy visitor, alone in the household, whose every figure is used"},
  };
}

}  // namespace garderobe
