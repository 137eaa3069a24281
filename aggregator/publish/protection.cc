#include "aggregator/publish/protection.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "core/catalogue/cube_format.h"

namespace garderobe::aggregator {
namespace {

v1::CubeCell Cell(const std::string& id, std::string_view measure,
                  int64_t value, const char* mark) {
  v1::CubeCell cell;
  cell.set_cell(id);
  cell.set_measure(std::string(measure));
  cell.set_value(value);
  cell.set_mark(mark);
  return cell;
}

// part / whole in per cent, to the nearest step; whole is positive.
uint32_t InSteps(int64_t part, int64_t whole) {
  const int64_t steps = 100 / kCoverageStepPercent;
  const int64_t share = (2 * steps * part + whole) / (2 * whole);
  return static_cast<uint32_t>(std::clamp<int64_t>(share, 0, steps) *
                               kCoverageStepPercent);
}

}  // namespace

const NoiseTable& VisitsTable(Period::Level level) {
  return level == Period::Level::kYear ? YearVisitsTable()
                                       : QuarterVisitsTable();
}

Protector::NoisyCell Protector::AddNoise(const std::string& cell,
                                         const ExactCell& exact) const {
  auto noise = [&](const NoiseTable& table, const char* measure,
                   const Fingerprint& of) {
    return DrawNoise(table, key_, snapshot_, cell, measure, of);
  };
  const NoiseTable& visits = VisitsTable(period_.level());
  return {static_cast<int64_t>(exact.persons.count()) +
              noise(PersonsTable(), "persons", exact.persons),
          static_cast<int64_t>(exact.households.count()) +
              noise(PersonsTable(), "households", exact.households),
          exact.visits + noise(visits, "visits", exact.persons),
          exact.tickets + noise(visits, "tickets", exact.persons)};
}

void Protector::Add(const ExactPopulation& population,
                    std::vector<v1::CubeCell>& out) const {
  const std::string reach =
      CellId("reach", period_.text(), population.population);
  auto release = [&](const std::string& cell, const char* measure,
                     int64_t noisy, bool passes, int64_t indicative_below) {
    if (!passes) {
      out.push_back(Cell(cell, measure, 0, "p"));
      return;
    }
    const int64_t value = RoundForRelease(std::max<int64_t>(noisy, 0));
    out.push_back(
        Cell(cell, measure, value, noisy < indicative_below ? "u" : ""));
  };
  const int64_t visits_indicative = VisitsIndicativeBelow(period_.level());
  auto release_all = [&](const std::string& cell, const NoisyCell& noisy) {
    const bool passes = noisy.persons >= kReleaseThreshold;
    release(cell, "households", noisy.households,
            passes && noisy.households >= kReleaseThreshold, kIndicativeBelow);
    release(cell, "persons", noisy.persons, passes, kIndicativeBelow);
    release(cell, "tickets", noisy.tickets, passes, visits_indicative);
    release(cell, "visits", noisy.visits, passes, visits_indicative);
  };
  if (!population.delivered) {
    for (std::string_view measure : kMeasures) {
      out.push_back(Cell(reach, measure, 0, "n"));
    }
    return;
  }
  const NoisyCell whole = AddNoise(reach, population.whole);
  release_all(reach, whole);

  // Municipalities: years and quarters only (answers.md, 1).
  if (!Answers(*FindTemplate("municipality"), period_.level())) return;
  int64_t rest = whole.persons;
  int64_t subtracted = 0;
  for (const auto& [code, exact] : population.municipalities) {
    const std::string cell =
        CellId("municipality", period_.text(), population.population,
               "municipality=" + code);
    const NoisyCell noisy = AddNoise(cell, exact);
    // What is not released is not listed either: a protected municipality
    // and one without visitors look alike.
    if (noisy.persons < kReleaseThreshold) continue;
    release_all(cell, noisy);
    rest -= noisy.persons;
    ++subtracted;
  }
  // The rest carries the noise of everything subtracted, and has a threshold
  // of its own: 10 + (k+1) x D.
  const bool passes =
      whole.persons >= kReleaseThreshold &&
      rest >= kHardThreshold + (subtracted + 1) * PersonsTable().d();
  release(CellId("municipality", period_.text(), population.population,
                 "municipality=other"),
          "persons", rest, passes, kIndicativeBelow);
}

void Protector::Withhold(const std::string& population,
                         std::vector<v1::CubeCell>& out) const {
  const std::string reach = CellId("reach", period_.text(), population);
  for (std::string_view measure : kMeasures) {
    out.push_back(Cell(reach, measure, 0, "p"));
  }
  if (!Answers(*FindTemplate("municipality"), period_.level())) return;
  out.push_back(Cell(
      CellId("municipality", period_.text(), population, "municipality=other"),
      "persons", 0, "p"));
}

std::optional<uint32_t> Protector::VisitsShare(
    const ExactPopulation& population, CoverageCounts counts) const {
  if (!TellsCoverage(period_.level()) || counts.all <= 0) return std::nullopt;
  // The same noise as in the released figures: nothing new is told by it.
  const NoisyCell whole = AddNoise(
      CellId("reach", period_.text(), population.population), population.whole);
  if (whole.persons < kReleaseThreshold ||
      RoundForRelease(std::max<int64_t>(whole.visits, 0)) <
          kCoverageVisitsMin) {
    return std::nullopt;
  }
  const int64_t noisy =
      counts.with_customer +
      DrawNoise(VisitsTable(period_.level()), key_, snapshot_,
                CellId("coverage", period_.text(), population.population),
                "visits", population.whole.persons);
  return InSteps(noisy, counts.all);
}

std::optional<uint32_t> Protector::PersonsShare(
    const ExactPopulation& population, const char* measure,
    int64_t count) const {
  if (!TellsCoverage(period_.level())) return std::nullopt;
  const NoisyCell whole = AddNoise(
      CellId("reach", period_.text(), population.population), population.whole);
  if (RoundForRelease(std::max<int64_t>(whole.persons, 0)) <
      kCoveragePersonsMin) {
    return std::nullopt;
  }
  const int64_t noisy =
      count +
      // kSharesNoise.
      DrawNoise(YearVisitsTable(), key_, snapshot_,
                CellId("coverage", period_.text(), population.population),
                measure, population.whole.persons);
  return InSteps(noisy, whole.persons);
}

}  // namespace garderobe::aggregator
