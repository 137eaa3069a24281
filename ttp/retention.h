// Retention (protocol.md, 5): has both parties remove what is older than the
// agreements allow. The vault knows how old a relation is and not whose; the
// register here knows how long each institution may keep.
#ifndef GARDEROBE_TTP_RETENTION_H_
#define GARDEROBE_TTP_RETENTION_H_

#include <boost/asio/thread_pool.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/base/civil_time.h"
#include "core/register/register_store.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "ttp/converter.h"
#include "ttp/upstream.h"

namespace garderobe::ttp {

// One run at a time. All arguments of the constructor outlive it.
class Retention {
 public:
  Retention(const Converter& converter, const RegisterStore& institutions,
            Upstream& upstream)
      : converter_(converter),
        institutions_(institutions),
        upstream_(upstream) {}

  // Removes what is too old by `today`; blocks until it is done, some minutes
  // for a million relations. Done twice is done once. What fails for one
  // institution is told at the end; the others are done.
  [[nodiscard]] absl::Status Run(const CivilDate& today,
                                 v1::RunRetentionResponse* response);

 private:
  // Adds the statements.
  [[nodiscard]] absl::Status ExpireVisits(
      const std::set<std::string>& institutions,
      v1::RunRetentionResponse* response);
  struct AgedRelation {
    VaultHandle at_vault;
    AggregatorHandle at_aggregator;
  };
  // Relations of one page of the vault's; adds how many were removed, and of
  // whom some were.
  [[nodiscard]] absl::Status Remove(const v1::ListAgedResponse& aged,
                                    const CivilDate& today, uint64_t* removed,
                                    std::set<std::string>* concerned);
  [[nodiscard]] absl::Status RemoveOf(
      const std::string& institution,
      const std::vector<AgedRelation>& relations, uint16_t before,
      uint64_t* removed);

  const Converter& converter_;
  const RegisterStore& institutions_;
  Upstream& upstream_;
};

// For the coordinator, and for a timer.
class RetentionServiceImpl final
    : public v1::RetentionService::CallbackService {
 public:
  // Outlives the service.
  explicit RetentionServiceImpl(Retention& retention) : retention_(retention) {}
  ~RetentionServiceImpl() override { thread_.join(); }

  grpc::ServerUnaryReactor* RunRetention(
      grpc::CallbackServerContext* context,
      const v1::RunRetentionRequest* request,
      v1::RunRetentionResponse* response) override;
  // By the timer. Logs how it went.
  void RunByTimer();

 private:
  [[nodiscard]] absl::Status RunAndLog(v1::RunRetentionResponse* response);

  Retention& retention_;
  boost::asio::thread_pool thread_{1};
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_RETENTION_H_
