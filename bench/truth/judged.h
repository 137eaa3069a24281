// How what the vault has linked compares with the truth.
#ifndef GARDEROBE_BENCH_TRUTH_JUDGED_H_
#define GARDEROBE_BENCH_TRUTH_JUDGED_H_

#include <array>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/truth/delivered.h"
#include "vault/link/evidence.h"
#include "vault/link/match_model.h"

namespace garderobe::bench {

struct Quality {
  uint64_t relations = 0, persons = 0;  // as the truth has it
  uint64_t found = 0;                   // persons
  double precision = 0, recall = 0;     // of pairs of relations
  double f1() const;
  // 1 is the right number, more than 1 too many.
  double persons_ratio() const {
    return static_cast<double>(found) /
           static_cast<double>(persons > 0 ? persons : 1);
  }
};

// Relations of the store of which the truth is known, and pairs of them that
// share something.
class Judged {
 public:
  [[nodiscard]] static absl::StatusOr<Judged> Of(const Store& store,
                                                 const Delivered& data);
  Quality quality() const;
  // institution,customer_id,person,household,found, with a header: the person
  // that was found, as a number.
  void WriteFound(std::ostream& out) const;

  enum Class { kPerson, kHousehold, kStrangers };
  // Pairs by how they agree: [class][linked as one person].
  using Pairs = std::array<std::array<uint64_t, 2>, 3>;
  std::map<uint32_t, Pairs> PairsByPattern() const;  // by Pattern::bits
  // Pairs of one person that share nothing at all: [linked].
  std::array<uint64_t, 2> ShareNothing() const;

  // Persons there would be if all pairs of one person that share something were
  // linked, and no other: who shares nothing with the rest can't be found.
  uint64_t PersonsAtLeast() const;

  // The weights that the truth gives, of pairs that share something. Levels
  // that never occur, and the limits, are as in `guess`.
  vault::MatchParameters Weights(const vault::MatchParameters& guess) const;

 private:
  struct Relation {
    Who who;
    vault::Evidence evidence;
    uint64_t person = 0;  // found
  };
  Class ClassOf(const Relation& a, const Relation& b) const;
  template <class F>
  void ForEachPair(const F& look) const;

  std::vector<Relation> relations_;
  std::unordered_map<vault::Fingerprint, std::vector<uint32_t>> holders_;
};

}  // namespace garderobe::bench

#endif  // GARDEROBE_BENCH_TRUTH_JUDGED_H_
