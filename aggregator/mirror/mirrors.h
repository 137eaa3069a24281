// Each institution's own figures, as answerd gets them, and which of them it
// has yet to get.
//
// Thread-safe.
#ifndef GARDEROBE_AGGREGATOR_MIRROR_MIRRORS_H_
#define GARDEROBE_AGGREGATOR_MIRROR_MIRRORS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "aggregator/ledger/institutions.h"
#include "core/base/status.h"
#include "core/store/store.h"
#include "garderobe/v1/answer.pb.h"

namespace garderobe::aggregator {

class Mirrors {
 public:
  // Both outlive it.
  Mirrors(Store& store, InstitutionTable& institutions)
      : store_(store), institutions_(institutions) {}

  // Draws the number of this run (v1.Mirror). Once, before anything else.
  [[nodiscard]] absl::Status BeginRun();
  uint64_t run() const { return run_; }

  // Institutions whose mirror has changed since it was last confirmed.
  [[nodiscard]] absl::StatusOr<std::vector<std::string>> Dirty();
  // NotFound: nothing was delivered.
  [[nodiscard]] absl::StatusOr<v1::Mirror> Make(const std::string& institution);
  // Marks as changed the mirrors of which answerd has another version than
  // this, and gives the institutions of which nothing is known here.
  [[nodiscard]] absl::StatusOr<std::vector<std::string>> Reconcile(
      const std::map<std::string, uint64_t>& held);
  [[nodiscard]] absl::Status Confirm(const std::string& institution,
                                     uint64_t version);

  // Version of the institution's visits, and of those beside which its
  // customers were counted last; 0: never.
  struct Versions {
    uint64_t visits = 0, customers = 0;
  };
  [[nodiscard]] absl::StatusOr<std::map<std::string, Versions>> AllVersions();
  // Counts the institution's customers. Reads all its visits; only the
  // institution waits. `today` since 2000-01-01. NotFound: nothing was
  // delivered.
  [[nodiscard]] absl::StatusOr<v1::CustomerMirror> CountCustomersOf(
      const std::string& institution, int32_t today);
  // answerd has the customers that were counted beside that version.
  [[nodiscard]] absl::Status ConfirmCustomers(const std::string& institution,
                                              uint64_t version);

 private:
  Store& store_;
  InstitutionTable& institutions_;
  uint64_t run_ = 0;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_MIRROR_MIRRORS_H_
