// What people did in a period, counted exactly: one institution's, and put
// together into a population's cells.
#ifndef GARDEROBE_AGGREGATOR_PUBLISH_POPULATION_COUNT_H_
#define GARDEROBE_AGGREGATOR_PUBLISH_POPULATION_COUNT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "aggregator/people/moments.h"
#include "aggregator/publish/protection.h"
#include "core/catalogue/period.h"

namespace garderobe::aggregator {

// What one person did in one population.
struct PersonCounts {
  int64_t visits = 0;
  int64_t tickets = 0;
  uint16_t delivered = 0;  // day of the relation that gave the municipality
  int16_t municipality = -1;
  // What any of the relations with a visit here shows (kShownAddress,
  // kShownPerson).
  uint8_t shown = 0;
  std::vector<uint32_t> households;  // one at most of a moment; none: no home

  void Take(const PersonCounts& other);
  void AddHousehold(uint32_t household);
};
using PersonCountMap = absl::flat_hash_map<uint32_t, PersonCounts>;

// One institution's period.
struct InstitutionCount {
  PersonCountMap people;
  // All visits that count, with a customer or without; not capped.
  uint64_t visits = 0;
  // Visits with a customer, at most VisitCap for one person.
  int64_t visits_of_people = 0;
  // Something was delivered, cancelled visits included: that the only visit
  // was cancelled must not show.
  bool delivered = false;
};
[[nodiscard]] absl::StatusOr<InstitutionCount> CountInstitution(
    Moments& moments, const std::string& institution, const Period& period,
    const Moment& moment);

// Fingerprint hashes of one snapshot, each computed once. Not thread-safe.
class Hashes {
 public:
  // Both outlive it.
  Hashes(const Moments& moments, const Moment& moment)
      : moments_(moments), moment_(moment) {}
  [[nodiscard]] absl::StatusOr<unsigned __int128> Of(Who who, uint32_t number);

 private:
  const Moments& moments_;
  const Moment& moment_;
  const FingerprintKey key_ = FingerprintKey::Random();  // Kf, this snapshot's
  absl::flat_hash_map<uint32_t, unsigned __int128> persons_, households_;
};

// The cells of a population, visits and tickets capped at `cap` a person.
[[nodiscard]] absl::StatusOr<ExactPopulation> CountPopulation(
    std::string population, const PersonCountMap& people, int64_t cap,
    Hashes& hashes);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PUBLISH_POPULATION_COUNT_H_
