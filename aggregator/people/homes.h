// Who lives where, at one moment (protocol.md, 3): the household of the
// relation that shows an address and has the latest visit; of equal ones the
// latest delivery, then the smaller pseudonym. Who shows no address has no
// household.
#ifndef GARDEROBE_AGGREGATOR_PEOPLE_HOMES_H_
#define GARDEROBE_AGGREGATOR_PEOPLE_HOMES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/status.h"
#include "core/group/element.h"

namespace garderobe::aggregator {

// What one relation says of its person's home.
struct HomeEvidence {
  static constexpr int32_t kNoVisit = INT32_MIN;
  int32_t latest_visit = kNoVisit;  // day since 2000-01-01
  uint16_t delivered = 0;           // likewise
  uint32_t household = 0;           // number
};

// Not thread-safe while it is filled; const afterwards.
class Homes {
 public:
  // The pseudonym of a household's number.
  using PseudonymOf =
      std::function<absl::StatusOr<Element>(uint32_t household)>;

  // Takes what a relation of the person says. Errors of `pseudonym_of`, which
  // is asked only where all else is equal.
  [[nodiscard]] absl::Status Take(uint32_t person, const HomeEvidence& evidence,
                                  const PseudonymOf& pseudonym_of);
  // The household's number; 0: none is known, or nobody is meant.
  uint32_t Of(uint32_t person) const {
    return person < homes_.size() ? homes_[person].household : 0;
  }

 private:
  std::vector<HomeEvidence> homes_;  // by person
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PEOPLE_HOMES_H_
