// Retention (protocol.md, 5): has both parties remove what is older than the
// agreements allow. The vault knows how old a relation is and not whose; the
// register here knows how long each institution may keep.
#ifndef GARDEROBE_TTP_RETENTION_H_
#define GARDEROBE_TTP_RETENTION_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/civil_time.h"
#include "core/register/register_store.h"
#include "core/retention/run_calendar.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "ttp/converter.h"
#include "ttp/upstream.h"

namespace garderobe::ttp {

// One run at a time. All arguments of the constructor outlive it.
class Retention {
 public:
  Retention(const Converter& converter, const RegisterStore& institutions,
            Upstream& upstream, RunCalendar& calendar)
      : converter_(converter),
        institutions_(institutions),
        upstream_(upstream),
        calendar_(calendar) {}

  // Removes what is too old today; blocks until it is done, some minutes for a
  // million relations. Done twice is done once. What fails for one institution
  // is told at the end; the others are done. `callers_day` as in RunCalendar;
  // FailedPrecondition, and nothing is done: a clock is wrong.
  [[nodiscard]] absl::Status Run(std::optional<int32_t> callers_day,
                                 v1::RunRetentionResponse* response);

 private:
  // What a run has come to.
  struct Progress {
    CivilDate today;
    uint64_t removed = 0, held_back = 0;  // relations, at the vault
    uint64_t left = 0;  // how many more the vault will remove today
    // Institutions that have more to state: relations went after their visits,
    // or were held back.
    std::set<std::string> concerned = {};
  };
  // Adds the statements.
  [[nodiscard]] absl::Status ExpireVisits(
      const std::set<std::string>& institutions, const CivilDate& today,
      v1::RunRetentionResponse* response);
  struct AgedRelation {
    uint16_t latest = 0;  // quarter
    VaultHandle at_vault;
    AggregatorHandle at_aggregator;
  };
  using AgedByInstitution = std::map<std::string, std::vector<AgedRelation>>;
  // The relations of one page of the vault's that their agreements no longer
  // allow, the oldest first: so they go to the vault. The aggregator gets them
  // in an order of its own. Internal: the page is malformed.
  [[nodiscard]] absl::StatusOr<AgedByInstitution> Choose(
      const v1::ListAgedResponse& aged, const CivilDate& today) const;
  [[nodiscard]] absl::Status Remove(const v1::ListAgedResponse& aged,
                                    Progress* progress);
  [[nodiscard]] absl::Status RemoveOf(
      const std::string& institution,
      const std::vector<AgedRelation>& relations, uint16_t before,
      Progress* progress);
  [[nodiscard]] absl::Status RemoveAtVault(v1::RemoveAgedRequest request,
                                           Progress* progress);

  const Converter& converter_;
  const RegisterStore& institutions_;
  Upstream& upstream_;
  RunCalendar& calendar_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_RETENTION_H_
