// The relations of a simulated country, as they would be delivered in a year:
// whose they are, what they show, and when they go to the vault.
#ifndef GARDEROBE_BENCH_LAB_RELATIONS_H_
#define GARDEROBE_BENCH_LAB_RELATIONS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "client/simulation/simulate.h"
#include "core/identifiers/identifier.h"

namespace garderobe::bench {

// Columns, so that five million relations fit into 1.2 GiB. Tokens are the
// first 8 bytes of hashes: two agree when what was shown agrees, as points
// would, and nothing else is looked at.
struct LabRelations {
  // One sending of a relation. It goes with the first sale, with the first one
  // of each quarter, and when what is shown of the customer has changed.
  struct Sending {
    uint32_t relation;
    uint16_t day;  // of the year, from 0
  };

  std::vector<uint32_t> person;        // the truth
  std::vector<uint16_t> institution;   // number
  std::vector<uint16_t> latest_visit;  // day of the year
  // What is sealed to the aggregator.
  std::vector<uint16_t> birth_year;  // 0: not shown
  std::vector<uint16_t> pc4;         // 0: not shown
  std::vector<uint64_t> household;   // a hash of the address; 0: not shown
  // By kind; 0: not shown. Kinds without a slot have no column.
  std::array<std::vector<uint64_t>, kKindCount> tokens;
  std::vector<Sending> sendings;  // by day

  uint32_t institutions = 0;
  size_t size() const { return person.size(); }
  bool Shows(size_t kind, size_t relation) const {
    return HasSlot(kind) && tokens[kind][relation] != 0;
  }
  // Tokens of a relation, on average, with dummies for the kinds of `padding`.
  double TokensEach(uint32_t padding) const;
};

// The relations of the last sending each; on all processors.
LabRelations MakeRelations(const client::SimulateOptions& options);

}  // namespace garderobe::bench

#endif  // GARDEROBE_BENCH_LAB_RELATIONS_H_
