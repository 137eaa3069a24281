// From exact counts to what may be released: noise, thresholds on noisy
// values, one single state for everything withheld, `other`, rounding, marks
// (answers.md, 2, 4 and 5). Nothing after the noise depends on a true count.
#ifndef GARDEROBE_AGGREGATOR_PUBLISH_PROTECTION_H_
#define GARDEROBE_AGGREGATOR_PUBLISH_PROTECTION_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aggregator/publish/noise.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/period.h"
#include "garderobe/v1/answer.pb.h"

namespace garderobe::aggregator {

const NoiseTable& VisitsTable(Period::Level level);

// The exact counts of one population, or of one part of it.
struct ExactCell {
  Fingerprint persons;
  Fingerprint households;
  int64_t visits = 0;   // capped per person
  int64_t tickets = 0;  // capped per person
};

// A population: its whole, and its parts by municipality code.
struct ExactPopulation {
  std::string population;  // of the cell id: "institution=x", "national"
  bool delivered = true;   // false: nothing was delivered in the period
  ExactCell whole;
  std::map<std::string, ExactCell> municipalities;
  int64_t without_home = 0;  // persons of the whole in no household
  int64_t address_only = 0;  // persons who show an address and nothing else
};

// Cells of a cube, with a value and without.
struct ReleaseCounts {
  uint32_t released = 0;
  uint32_t withheld = 0;
};

// Protects populations of one period into cells. `snapshot` is 32 bytes;
// `key` is destroyed by its owner afterwards.
class Protector {
 public:
  Protector(const Period& period, std::string snapshot, const NoiseKey& key)
      : period_(period), snapshot_(std::move(snapshot)), key_(key) {}

  void Add(const ExactPopulation& population,
           std::vector<v1::CubeCell>& out) const;

  // Adds the cells of a withheld population. They do not depend on its data.
  void Withhold(const std::string& population,
                std::vector<v1::CubeCell>& out) const;

  // The visits from which a population's coverage is computed.
  struct CoverageCounts {
    // Visits with a customer, at most VisitCap for one person at one
    // institution.
    int64_t with_customer = 0;
    int64_t all = 0;  // not capped; an objection does not change it
  };
  // The share of the visits that carry a customer, in per cent, a multiple of
  // kCoverageStepPercent, with noise of its own. Nothing: a month, too few
  // people, or fewer than kCoverageVisitsMin visits as released.
  std::optional<uint32_t> VisitsShare(const ExactPopulation& population,
                                      CoverageCounts counts) const;

  // The share of a population's persons that `count` of them are, likewise, as
  // `measure` of the coverage. Nothing: a month, or fewer persons than
  // kCoveragePersonsMin as released.
  std::optional<uint32_t> PersonsShare(const ExactPopulation& population,
                                       const char* measure,
                                       int64_t count) const;

 private:
  // Noisy, not yet rounded. persons decides for all four.
  struct NoisyCell {
    int64_t persons = 0, households = 0, visits = 0, tickets = 0;
  };
  NoisyCell AddNoise(const std::string& cell, const ExactCell& exact) const;

  const Period& period_;
  const std::string snapshot_;
  const NoiseKey& key_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PUBLISH_PROTECTION_H_
