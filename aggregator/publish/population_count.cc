#include "aggregator/publish/population_count.h"

#include <algorithm>
#include <map>
#include <span>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "core/catalogue/catalogue.h"
#include "core/geography/geography.h"

namespace garderobe::aggregator {
namespace {

int16_t MunicipalityFor(uint16_t pc4) {
  const int index = PlaceOf("NL", pc4);
  if (index < 0) return -1;
  const Municipality& m = Municipalities()[static_cast<size_t>(index)];
  return m.residents >= kResidentsMin ? static_cast<int16_t>(index)
                                      : int16_t{-1};
}

}  // namespace

void PersonCounts::Take(const PersonCounts& other) {
  visits += other.visits;
  tickets += other.tickets;
  // The address delivered last is the one that counts; of one day, any, but
  // always the same.
  if (other.municipality >= 0 &&
      std::pair(other.delivered, other.municipality) >=
          std::pair(delivered, municipality)) {
    delivered = other.delivered;
    municipality = other.municipality;
  }
  shown |= other.shown;
  for (uint32_t household : other.households) AddHousehold(household);
}

void PersonCounts::AddHousehold(uint32_t household) {
  if (household == 0) return;
  if (std::find(households.begin(), households.end(), household) ==
      households.end()) {
    households.push_back(household);
  }
}

absl::StatusOr<unsigned __int128> Hashes::Of(Who who, uint32_t number) {
  auto& cache = who == Who::kPerson ? persons_ : households_;
  const auto found = cache.find(number);
  if (found != cache.end()) return found->second;
  GARDEROBE_ASSIGN_OR_RETURN(const Element pseudonym,
                             moments_.PseudonymOf(who, number, moment_));
  return cache[number] = FingerprintHash(key_, pseudonym);
}

absl::StatusOr<InstitutionCount> CountInstitution(
    Moments& moments, const std::string& institution, const Period& period,
    const Moment& moment) {
  const int64_t first = int64_t{period.first_day()} * 1440;
  const int64_t end = int64_t{period.end_day()} * 1440;
  InstitutionCount count;
  GARDEROBE_ASSIGN_OR_RETURN(count.delivered,
                             moments.HasDelivered(institution, first, end));
  struct RelationCounts {
    int64_t visits = 0, tickets = 0;
  };
  absl::flat_hash_map<uint32_t, RelationCounts> by_relation;
  GARDEROBE_RETURN_IF_ERROR(moments.ForEachVisit(
      institution, [&](const VisitRow& row, const Event& event) {
        if (event.starts_at < first || event.starts_at >= end) return;
        ++count.visits;
        if (row.relation == 0) return;
        auto& counts = by_relation[row.relation];
        ++counts.visits;
        counts.tickets += row.quantity;
      }));
  // Visits whose relation is not stored count for no person.
  GARDEROBE_RETURN_IF_ERROR(moments.ForEachRelation(
      institution, moment, [&](uint32_t number, const Relation& relation) {
        const auto found = by_relation.find(number);
        if (found == by_relation.end() || relation.person == 0) return;
        PersonCounts counts{found->second.visits, found->second.tickets,
                            relation.delivered,   MunicipalityFor(relation.pc4),
                            relation.shown,       {}};
        counts.AddHousehold(moment.homes.Of(relation.person));
        count.people[relation.person].Take(counts);
      }));
  for (const auto& [person, counts] : count.people) {
    count.visits_of_people += std::min(counts.visits, VisitCap(period.level()));
  }
  return count;
}

absl::StatusOr<ExactPopulation> CountPopulation(std::string population,
                                                const PersonCountMap& people,
                                                int64_t cap, Hashes& hashes) {
  ExactPopulation exact;
  exact.population = std::move(population);
  // Which households are already in: of the whole, and of a municipality.
  absl::flat_hash_set<uint64_t> seen;
  auto add = [&](ExactCell& cell, int municipality, uint32_t person,
                 const PersonCounts& counts) -> absl::Status {
    GARDEROBE_ASSIGN_OR_RETURN(const auto hash,
                               hashes.Of(Who::kPerson, person));
    cell.persons.Add(hash);
    cell.visits += std::min(counts.visits, cap);
    cell.tickets += std::min(counts.tickets, cap);
    for (uint32_t household : counts.households) {
      const uint64_t key =
          static_cast<uint64_t>(municipality + 1) << 32 | household;
      if (!seen.insert(key).second) continue;
      GARDEROBE_ASSIGN_OR_RETURN(const auto household_hash,
                                 hashes.Of(Who::kHousehold, household));
      cell.households.Add(household_hash);
    }
    return absl::OkStatus();
  };
  for (const auto& [person, counts] : people) {
    GARDEROBE_RETURN_IF_ERROR(add(exact.whole, -1, person, counts));
    exact.without_home += counts.households.empty();
    exact.address_only += counts.shown == kShownAddress;
    if (counts.municipality < 0) continue;
    const auto code =
        Municipalities()[static_cast<size_t>(counts.municipality)].code;
    GARDEROBE_RETURN_IF_ERROR(add(exact.municipalities[std::string(code)],
                                  counts.municipality, person, counts));
  }
  return exact;
}

}  // namespace garderobe::aggregator
