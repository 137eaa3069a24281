// Who every relation is, and who lives where, at one moment: for whoever
// counts people while deliveries go on.
//
// Thread-safe.
#ifndef GARDEROBE_AGGREGATOR_PEOPLE_MOMENTS_H_
#define GARDEROBE_AGGREGATOR_PEOPLE_MOMENTS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "aggregator/ledger/institutions.h"
#include "aggregator/people/homes.h"
#include "aggregator/people/people.h"
#include "core/base/status.h"
#include "core/store/store.h"

namespace garderobe::aggregator {

// Somebody who is linked while figures are counted would be counted as two.
struct Moment {
  Homes homes;
  std::shared_ptr<const rocksdb::Snapshot> relations;
};
// The moment that it is called at, without homes. Called with the lock of
// `people`, so that it lies between two changes of links.
Moment MomentNow(Store& store, const People& people)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(people.mutex);

class Moments {
 public:
  // All outlive it.
  Moments(Store& store, InstitutionTable& institutions, People& people)
      : store_(store), institutions_(institutions), people_(people) {}

  [[nodiscard]] absl::StatusOr<Moment> Take();

  // Every visit of one institution that counts, as it is now. None when it has
  // never delivered.
  using VisitVisitor = std::function<void(const VisitRow&, const Event&)>;
  [[nodiscard]] absl::Status ForEachVisit(const std::string& institution,
                                          const VisitVisitor& visit);
  // Every relation of it at the moment, by number.
  [[nodiscard]] absl::Status ForEachRelation(
      const std::string& institution, const Moment& moment,
      const std::function<void(uint32_t number, const Relation&)>& visit);
  // Whether a visit to an event in these minutes was ever delivered, whatever
  // became of it. `first` inclusive, `end` exclusive, since 2000-01-01.
  [[nodiscard]] absl::StatusOr<bool> HasDelivered(
      const std::string& institution, int64_t first, int64_t end);
  [[nodiscard]] absl::StatusOr<Element> PseudonymOf(Who who, uint32_t number,
                                                    const Moment& moment) const;

 private:
  // Days of the latest visit of each relation, by number.
  [[nodiscard]] absl::StatusOr<std::vector<int32_t>> LatestVisits(
      const std::string& institution);
  [[nodiscard]] absl::Status FillHomes(Moment& moment);

  Store& store_;
  InstitutionTable& institutions_;
  People& people_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PEOPLE_MOMENTS_H_
