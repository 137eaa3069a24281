// Estimates the weights of evidence from what the vault holds: the EM
// algorithm on how often each pattern of agreement occurs, without knowing of
// any pair whether it is one person (Fellegi and Sunter 1969; Winkler 1988).
//
// The same store gives the same estimate, and which relations are looked at
// follows from their numbers, not from how many there are to a few. Reads only.
#ifndef GARDEROBE_VAULT_LINK_ESTIMATE_H_
#define GARDEROBE_VAULT_LINK_ESTIMATE_H_

#include <atomic>
#include <map>

#include "vault/link/match_model.h"
#include "vault/link/records.h"

namespace garderobe::vault {

// Ordered pairs of relations that share a token, by pattern.
struct PatternCounts {
  std::map<uint32_t, uint64_t> shared;  // by Pattern::bits
  uint64_t relations = 0;               // in the store
  uint64_t looked_at = 0;               // of which the pairs were counted
};

struct EstimateReport {
  MatchParameters parameters;
  uint64_t relations = 0, looked_at = 0, pairs = 0;
  int rounds = 0;
};

// How many relations are enough to look at.
inline constexpr uint64_t kRelationsLookedAt = 200'000;

// Counts the pairs of at most `relations_max` relations, evenly over the
// store; what is erased meanwhile is passed over. FailedPrecondition: fewer
// than 100 relations. Cancelled: `stop` was set.
[[nodiscard]] absl::StatusOr<PatternCounts> CountPatterns(
    const Store& store, uint64_t relations_max,
    const std::atomic<bool>* stop = nullptr);

// `start` gives the first guess, the two limits, and how families and strangers
// agree. These are not estimated: that agreement by chance is rare is known
// (every kind is a combination that few share), and left free it would be made
// common, to explain the misspelt pairs of one person.
EstimateReport EstimateParameters(const PatternCounts& counts,
                                  const MatchParameters& start);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_ESTIMATE_H_
