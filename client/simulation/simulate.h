// A synthetic country with known truth: persons and households with names,
// addresses, e-mails and telephones; institutions they visit; box offices that
// mistype, families that share an e-mail, people who move.
// The same seed gives the same country.
#ifndef GARDEROBE_CLIENT_SIMULATION_SIMULATE_H_
#define GARDEROBE_CLIENT_SIMULATION_SIMULATE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "core/base/status.h"

namespace garderobe::client {

// Share of the sales without a customer.
inline constexpr double kAnonymousSales = 0.18;

struct SimulateOptions {
  uint32_t institutions = 8;
  uint64_t visits = 10'000;  // order lines in all, about; corrections besides
  uint64_t persons = 0;      // 0: as many as fit the visits
  uint64_t seed = 1;
  int year = 2025;
  // The first year of a country that is written year by year, each into a
  // folder of its own; 0: `year`, and every customer comes in it.
  int since = 0;
  double moves = 0.07;       // share of households that move in a year
  double new_emails = 0.03;  // share of persons whose e-mail changes in one
  std::string out;           // folder; created, existing files are kept
};

struct SimulateReport {
  uint64_t lines = 0;
  uint64_t customers = 0;
  uint64_t persons = 0;  // in the country; not all of them go out
};

// The country's first year.
inline int FirstYear(const SimulateOptions& options) {
  return options.since == 0 ? options.year : options.since;
}

// Writes <institution>.csv with the default columns, register.toml and
// truth.csv (institution, customer_id, person, household) into options.out,
// in constant memory, on all processors. `progress` is called from any of its
// threads, one at a time.
// AlreadyExists: one of the files is there. InvalidArgument: the first year is
// after `year`, or more than 60 years before it.
[[nodiscard]] absl::StatusOr<SimulateReport> Simulate(
    const SimulateOptions& options,
    const std::function<void(uint64_t lines)>& progress);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SIMULATION_SIMULATE_H_
