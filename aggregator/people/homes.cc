#include "aggregator/people/homes.h"

#include <tuple>

namespace garderobe::aggregator {

absl::Status Homes::Take(uint32_t person, const HomeEvidence& evidence,
                         const PseudonymOf& pseudonym_of) {
  if (person == 0 || evidence.household == 0) return absl::OkStatus();
  if (person >= homes_.size()) homes_.resize(person + 1);
  HomeEvidence& home = homes_[person];
  const auto order = [](const HomeEvidence& of) {
    return std::tie(of.latest_visit, of.delivered);
  };
  bool is_better = home.household == 0 || order(home) < order(evidence);
  if (!is_better && order(home) == order(evidence) &&
      home.household != evidence.household) {
    GARDEROBE_ASSIGN_OR_RETURN(const Element known,
                               pseudonym_of(home.household));
    GARDEROBE_ASSIGN_OR_RETURN(const Element other,
                               pseudonym_of(evidence.household));
    is_better = other < known;
  }
  if (is_better) home = evidence;
  return absl::OkStatus();
}

}  // namespace garderobe::aggregator
