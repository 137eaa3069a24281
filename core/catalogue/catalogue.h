// Catalogue 1: what may be asked, how it is protected, and what an adversary
// gains from it (answers.md, 1, 2 and 7). The publisher counts and answerd
// answers what stands here, and nothing else.
#ifndef GARDEROBE_CORE_CATALOGUE_CATALOGUE_H_
#define GARDEROBE_CORE_CATALOGUE_CATALOGUE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalogue/period.h"

namespace garderobe {

inline constexpr std::string_view kCatalogueVersion = "1";

// The population "institution:<id>" begins with this; the other is "national".
inline constexpr std::string_view kInstitutionPrefix = "institution:";
inline constexpr int kPopulationsPerPerson = 2;  // an institution, the nation

inline constexpr std::array<std::string_view, 4> kMeasures = {
    "households", "persons", "tickets", "visits"};  // in order of the cube

struct Template {
  std::string_view name;
  std::string_view dimension;  // empty: the whole population
  bool monthly = false;        // otherwise per quarter and year only
};
inline constexpr std::array<Template, 2> kTemplates = {{
    {"reach", "", /*monthly=*/true},
    {"municipality", "municipality", /*monthly=*/false},
}};
// Null: the catalogue has no such template.
const Template* FindTemplate(std::string_view name);
constexpr bool Answers(const Template& of, Period::Level level) {
  return of.monthly || level != Period::Level::kMonth;
}

// Noise: probability proportional to (a/b)^|x| for |x| <= d.
struct NoiseParameters {
  uint32_t a, b, d;
};
inline constexpr NoiseParameters kPersonsNoise = {3, 4, 20};
inline constexpr NoiseParameters kQuarterVisitsNoise = {35, 36, 200};
inline constexpr NoiseParameters kYearVisitsNoise = {105, 106, 600};
inline constexpr int64_t kQuarterVisitsCap = 10;  // a month's too
inline constexpr int64_t kYearVisitsCap = 30;

// Visits, and tickets, counted per person and cell at most.
constexpr int64_t VisitCap(Period::Level level) {
  return level == Period::Level::kYear ? kYearVisitsCap : kQuarterVisitsCap;
}
constexpr const NoiseParameters& VisitsNoise(Period::Level level) {
  return level == Period::Level::kYear ? kYearVisitsNoise : kQuarterVisitsNoise;
}

inline constexpr int64_t kHardThreshold = 10;  // never fewer true persons
inline constexpr int64_t kReleaseThreshold =   // on the noisy count
    kHardThreshold + kPersonsNoise.d;
inline constexpr int64_t kIndicativeBelow = 100;  // persons, households
// Visits below ten standard deviations of their noise say little.
constexpr int64_t VisitsIndicativeBelow(Period::Level level) {
  return VisitsNoise(level).d * 5 / 2;
}
inline constexpr int32_t kResidentsMin = 1000;  // of an area told apart

// The nation is told only of so many institutions that delivered, of so many
// owners, and when no owner has more than half of the visits.
inline constexpr uint32_t kNationInstitutionsMin = 8;
inline constexpr uint32_t kNationOwnersMin = 3;

// The share of the nation's visits that carry a customer, and those of its
// persons without a home and with an address only: from noisy figures, in
// steps, from so many visits and persons up. No other population has them.
inline constexpr int64_t kCoverageVisitsMin = 10'000;
inline constexpr int64_t kCoveragePersonsMin = 5'000;
inline constexpr int64_t kCoverageStepPercent = 10;
constexpr bool TellsCoverage(Period::Level level) {
  return level != Period::Level::kMonth;
}

// M: the most cells in which one person at one institution can appear in a
// quarter. In each population: per template one cell of the year and one of
// the quarter, and three of months where there are months. A dimension puts a
// person into one of its cells; `other` is derived from noisy figures. The
// nation's coverage of the year and of the quarter adds one cell each: its
// noise hides the visits of one person. The two shares of its persons come on
// top: their noise is so wide that they hardly tell (SharesOfPersonsGain).
inline constexpr int kCoverageCells = 2;
constexpr int CellsPerPerson() {
  int cells = kCoverageCells;
  for (const Template& of : kTemplates) {
    cells += kPopulationsPerPerson * (of.monthly ? 5 : 2);
  }
  return cells;
}
inline constexpr int kCellsPerPersonMax = 16;
static_assert(CellsPerPerson() <= kCellsPerPersonMax,
              "this catalogue shows one person in too many cells");

// Shares of persons, in the coverage of a year and of a quarter. One person
// changes a count by one, in the noise of a year's visits.
inline constexpr int kSharesOfPersons = 2 * kCoverageCells;
inline constexpr NoiseParameters kSharesNoise = kYearVisitsNoise;

// Number of figures: each cell counts once per measure, a
// coverage cell once.
constexpr int FiguresPerPerson() {
  return (CellsPerPerson() - kCoverageCells) *
             static_cast<int>(kMeasures.size()) +
         kCoverageCells;
}

// How often an adversary who knows everybody else decides rightly whether one
// person was there, from `observations` independent noisy counts that differ
// by one, with even odds beforehand. 0.5 is a guess.
double AdversarySuccess(int observations, const NoiseParameters& noise);

// What the shares of persons add to it at most.
double SharesOfPersonsGain();

struct CatalogueParameter {
  std::string name, value, meaning;
};
// All of the above in words, in order of reading.
std::vector<CatalogueParameter> CatalogueParameters();

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CATALOGUE_CATALOGUE_H_
