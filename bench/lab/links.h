// Who is one person, of the relations of a simulated country: as the vault's
// linker finds it, or as it is.
#ifndef GARDEROBE_BENCH_LAB_LINKS_H_
#define GARDEROBE_BENCH_LAB_LINKS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "bench/lab/relations.h"
#include "core/base/status.h"

namespace garderobe::bench {

struct Links {
  std::vector<uint32_t> person_of;  // by relation, 0 to persons - 1
  uint32_t persons = 0;
  bool by_vault = false;  // otherwise the truth, and nothing below is told
  // Of pairs of relations that were linked, and of those that are one person's.
  double precision = 1, recall = 1;
  uint64_t store_bytes = 0;      // written again, as the vault does every hour
  double processor_seconds = 0;  // linking alone
};

Links TrueLinks(const LabRelations& relations);

// Has the vault's own linker store and link them, in random order, with a dummy
// for each kind of `padding` that a relation does not show. `folder` is for
// the store: it must not exist, and is removed afterwards. Takes some 200
// microseconds a relation, and 300 MiB.
// Errors of Linker.
[[nodiscard]] absl::StatusOr<Links> LinkByVault(const LabRelations& relations,
                                                uint32_t padding,
                                                const std::string& folder);

}  // namespace garderobe::bench

#endif  // GARDEROBE_BENCH_LAB_LINKS_H_
