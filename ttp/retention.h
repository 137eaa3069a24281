// Retention (protocol.md, 4): has both parties remove what is older than the
// agreements allow. The aggregator knows how old everything is, and hands back
// what names a relation at the vault, which only the TTP can read; the vault
// knows no time and removes what it is told, in an order that tells nothing.
#ifndef GARDEROBE_TTP_RETENTION_H_
#define GARDEROBE_TTP_RETENTION_H_

#include <optional>
#include <set>
#include <string>

#include "core/base/civil_time.h"
#include "core/register/register_store.h"
#include "core/retention/run_calendar.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "ttp/converter.h"
#include "ttp/under_way.h"
#include "ttp/upstream.h"

namespace garderobe::ttp {

// One run at a time. All arguments of the constructor outlive it.
class Retention {
 public:
  Retention(const Converter& converter, const RegisterStore& institutions,
            Upstream& upstream, UnderWay& under_way, RunCalendar& calendar)
      : converter_(converter),
        institutions_(institutions),
        upstream_(upstream),
        under_way_(under_way),
        calendar_(calendar) {}

  // Removes what is too old today; blocks until it is done, some minutes for a
  // million relations. Done twice is done once. What fails for one institution
  // is told at the end; the others are done. `callers_day` as in RunCalendar;
  // FailedPrecondition, and nothing is done: a clock is wrong.
  [[nodiscard]] absl::Status Run(std::optional<int32_t> callers_day,
                                 v1::RunRetentionResponse* response);

 private:
  // Adds the statements.
  [[nodiscard]] absl::Status ExpireInstitutions(
      int32_t today, v1::RunRetentionResponse* response);
  // Has the vault remove the relations that the aggregator has removed, but for
  // those that are being delivered again: the next run sees what became of
  // them.
  [[nodiscard]] absl::Status RemoveAtVault(int32_t today,
                                           v1::RunRetentionResponse* response);
  [[nodiscard]] absl::Status Confirm(std::string handles, int32_t today);

  const Converter& converter_;
  const RegisterStore& institutions_;
  Upstream& upstream_;
  UnderWay& under_way_;
  RunCalendar& calendar_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_RETENTION_H_
