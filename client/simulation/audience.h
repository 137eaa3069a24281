// Who goes to an institution of the simulated country, and when
// (docs/simulation.md).
#ifndef GARDEROBE_CLIENT_SIMULATION_AUDIENCE_H_
#define GARDEROBE_CLIENT_SIMULATION_AUDIENCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/simulation/box_office.h"
#include "client/simulation/simulate.h"

namespace garderobe::client {

// A stretch of the numbered population, of which every second person comes.
// Nobody is remembered: all follows from the seed. Immutable, thread-safe.
class Audience {
 public:
  // `number` counts institutions from 0, `lines` are the order lines that are
  // to come out, about. `country` outlives it.
  Audience(const Country& country, const SimulateOptions& options,
           uint32_t number, uint64_t lines);

  const std::string& id() const { return id_; }
  const InstitutionKind& kind() const { return kind_; }
  const BoxOffice& office() const { return office_; }
  int32_t new_year() const { return new_year_; }  // since 2000-01-01
  // What the numbers of orders and events begin with: nothing in the first
  // year.
  std::string prefix() const;

  // How many places there are; at some of them is a customer.
  uint64_t reach() const { return reach_; }
  struct Member {
    uint64_t person;
    uint64_t visits;  // in the year, at least one
  };
  // nullopt: nobody who comes this year is at `place`, which is below reach().
  std::optional<Member> MemberAt(uint64_t place) const;

  struct Visit {
    Draws draws;  // for what else there is to it
    uint32_t month;
    int32_t sold_day;  // since 2000-01-01
    bool second;       // on a second customer number
  };
  // `number` counts the person's visits from 0.
  Visit VisitOf(uint64_t person, uint64_t number) const;

 private:
  const Country& country_;
  const uint64_t seed_;
  const InstitutionKind& kind_;
  const uint32_t number_;
  const std::string id_;
  const BoxOffice office_;
  const int32_t new_year_;
  // Years since the country's first; nullopt: it has only this one.
  const std::optional<uint64_t> later_;
  uint64_t reach_ = 0, first_ = 0;
  double visits_mean_ = 1;
};

// Kinds of institutions, by how many of the options' there are.
const InstitutionKind& KindOf(const SimulateOptions& options, uint32_t number);
// Persons of the country: as told, or as many as fit the visits.
uint64_t PersonsOf(const SimulateOptions& options);
// Of the options' visits, those of institution `number`; of one kind the first
// has three times the last.
std::vector<uint64_t> LinesOfInstitutions(const SimulateOptions& options);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SIMULATION_AUDIENCE_H_
