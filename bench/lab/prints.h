// Who stands alone in what vault and aggregator both store of a person, in a
// simulated country: what tests/adversary/join_test.cc does on two disks of a
// small one.
#ifndef GARDEROBE_BENCH_LAB_PRINTS_H_
#define GARDEROBE_BENCH_LAB_PRINTS_H_

#include <cstdint>
#include <vector>

#include "bench/lab/links.h"
#include "bench/lab/relations.h"

namespace garderobe::bench {

struct Joined {
  uint64_t persons = 0;
  uint64_t alone = 0;    // at the vault, whatever the aggregator has
  uint64_t claimed = 0;  // alone in the same at both
  uint64_t right = 0;    // of these, the same person
};

// How many persons are joined. Each line knows what the one before knows, and
// more. A kind that is padded says nothing where a token is held once: it may
// be a dummy. Where two relations of a person hold the same token, it is none.
struct JoinedBy {
  Joined count;  // of relations
  // And of each relation whether a birth date, an address, anything of a person
  // and both a birth date and a postcode were shown.
  Joined shown;
  // And how many relations of the person agree in the birth date, and in the
  // address.
  Joined agreeing;
  // And the same of all who hold a token with an address, or any token,
  // together with somebody; at the aggregator, of the household.
  Joined home, company;
  // And the same where both record and open what passes: the vault then knows
  // the households, too.
  Joined homes;
};

// `padding` is a set of kinds. Takes 100 bytes a relation beside its arguments.
JoinedBy Join(const LabRelations& relations, const Links& links,
              uint32_t padding);

}  // namespace garderobe::bench

#endif  // GARDEROBE_BENCH_LAB_PRINTS_H_
