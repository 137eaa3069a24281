// A synthetic country with known truth: persons and households with names,
// addresses, e-mails and telephones; institutions they visit; box offices that
// mistype, families that share an e-mail, people who give half of it.
// The same seed gives the same country.
#ifndef GARDEROBE_CLIENT_SIMULATE_H_
#define GARDEROBE_CLIENT_SIMULATE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "core/base/status.h"

namespace garderobe::client {

struct SimulateOptions {
  uint32_t institutions = 8;
  uint64_t visits = 10'000;  // order lines in all, corrections besides
  uint64_t seed = 1;
  int year = 2025;
  std::string out;  // folder; created, existing files are kept
};

struct SimulateReport {
  uint64_t lines = 0;
  uint64_t customers = 0;
  uint64_t persons = 0;  // that are a customer somewhere
};

// Writes <institution>.csv with the default columns, register.toml and
// truth.csv (institution, customer_id, person, household) into options.out.
// AlreadyExists: one of the files is there.
[[nodiscard]] absl::StatusOr<SimulateReport> Simulate(
    const SimulateOptions& options,
    const std::function<void(uint64_t lines)>& progress);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SIMULATE_H_
