// In which crowds a person's relations come to the vault in a year, and who is
// alone in that: two parties that record both know it (protocol.md, 4).
#ifndef GARDEROBE_BENCH_LAB_CROWDS_H_
#define GARDEROBE_BENCH_LAB_CROWDS_H_

#include <cstddef>
#include <cstdint>

#include "bench/lab/links.h"
#include "bench/lab/relations.h"

namespace garderobe::bench {

// The settings of ttpd that begin with `gather`.
struct CrowdOptions {
  size_t rows = 500;
  size_t institutions = 3;
  uint32_t wait_minutes = 60;
};

struct Crowds {
  uint64_t crowds = 0, rows = 0;
  uint64_t alone_in_crowd = 0;  // crowds with rows of one person only
  uint64_t persons = 0;
  uint64_t several = 0;        // persons in two or more crowds
  uint64_t several_alone = 0;  // of these, alone in their set of crowds
  uint64_t single_alone = 0;  // in one crowd, in which nobody else has only one
};

// Every institution sends once a night what is due of that day, at a minute of
// its own between midnight and six, 1,000 rows a batch; the TTP lets rows go by
// the rules of ttp/pool.h, with a clock that is played. `first_only`: a
// relation is sent once in the year instead of in each quarter in which its
// customer buys, and when something changes.
Crowds PlayCrowds(const LabRelations& relations, const Links& links,
                  const CrowdOptions& options, bool first_only);

}  // namespace garderobe::bench

#endif  // GARDEROBE_BENCH_LAB_CROWDS_H_
