// What was found to differ, and how much was not.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_DIFFERENCES_H_
#define GARDEROBE_CLIENT_CONFORMANCE_DIFFERENCES_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "client/conformance/rule.h"
#include "core/identifiers/identifier.h"

namespace garderobe::client::conformance {

// Never holds what a customer or a box office wrote.
struct Difference {
  uint64_t line = 0;  // of the file, from 1; 0: of none
  std::string what;   // visit, relation, token, batch or randomness
  std::string where;  // column or kind; empty: the whole
  const Rule* rule = nullptr;
  std::string detail = {};  // reason, minutes, codes, place in the feed
};

// How many of the file came the same, came otherwise, or never came, and how
// many came of which the file knows nothing.
struct Tally {
  uint64_t same = 0, different = 0, missing = 0, unknown = 0;
};

// Not thread-safe.
class Differences {
 public:
  // More are counted and not kept.
  static constexpr size_t kKeptMax = 100'000;

  void Add(Difference one) {
    ++count_;
    if (kept_.size() < kKeptMax) kept_.push_back(std::move(one));
  }
  uint64_t count() const { return count_; }
  const std::vector<Difference>& kept() const { return kept_; }

  Tally visits, relations;
  // By kind; that of `address` is D. Missing: left out; unknown: there, and
  // not to be.
  std::array<Tally, kKindCount> kinds;
  uint64_t visit_batches = 0, relation_batches = 0, faulty_batches = 0;

 private:
  uint64_t count_ = 0;
  std::vector<Difference> kept_;
};

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_DIFFERENCES_H_
