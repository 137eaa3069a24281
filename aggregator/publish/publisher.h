// Counts a closed period, protects it and fixes the cube, once (answers.md).
#ifndef GARDEROBE_AGGREGATOR_PUBLISH_PUBLISHER_H_
#define GARDEROBE_AGGREGATOR_PUBLISH_PUBLISHER_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "aggregator/aggregator.h"
#include "aggregator/publish/population.h"
#include "aggregator/publish/protection.h"
#include "core/base/mutex.h"
#include "core/register/register_store.h"
#include "garderobe/v1/answer.pb.h"

namespace garderobe::aggregator {

// Thread-safe; one publication at a time. All arguments of the constructor
// outlive it.
class Publisher {
 public:
  // `grace_days` after a period's end it may be published.
  Publisher(Aggregator& aggregator, const RegisterStore& institutions,
            int64_t grace_days)
      : aggregator_(aggregator),
        institutions_(institutions),
        grace_days_(grace_days) {}

  struct Published {
    v1::Cube cube;
    ReleaseCounts counts;
    bool already_published = false;
  };
  // The cube of the period: the stored one if it was published before,
  // otherwise a new one, stored and synced before it is returned.
  // FailedPrecondition: the period is not closed on `today`, nothing was
  // delivered yet, retention has reached it, or it would be of other
  // institutions than a period that shares days with it. The text says what to
  // do; nothing changes then.
  [[nodiscard]] absl::StatusOr<Published> Publish(const Period& period,
                                                  const CivilDate& today);

  // Cubes that answerd has yet to get, and word that it has one.
  [[nodiscard]] absl::StatusOr<std::vector<v1::Cube>> Unconfirmed();
  [[nodiscard]] absl::Status Confirm(const std::string& period);
  // Takes back the word for all cubes but those of `held`.
  [[nodiscard]] absl::Status Reconcile(const std::set<std::string>& held);

 private:
  // Who is counted in a period.
  struct Counted {
    std::vector<std::string> members;  // of the nation, ascending
    uint32_t left_out = 0;             // Population
    // KeptFrom of each institution of the register, by id.
    std::map<std::string, int32_t> kept_from;
  };
  // Returns the year's stored population; before the first publication, the
  // one that follows from the register.
  [[nodiscard]] absl::StatusOr<Population> PopulationOf(
      int year, const Institutions& institutions) const;
  [[nodiscard]] absl::StatusOr<Counted> WhoCounts(
      const Period& period, const Population& population,
      const Institutions& institutions, const CivilDate& today) const;
  // FailedPrecondition: a published period that shares days with this one is
  // of other institutions.
  [[nodiscard]] absl::Status CheckOverlap(
      const Period& period, const std::vector<std::string>& members) const;
  [[nodiscard]] absl::StatusOr<v1::Cube> Count(const Period& period,
                                               const Institutions& institutions,
                                               const Counted& who);

  Aggregator& aggregator_;
  const RegisterStore& institutions_;
  const int64_t grace_days_;
  Mutex mutex_;  // one publication at a time
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PUBLISH_PUBLISHER_H_
