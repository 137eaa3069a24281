// Retention (protocol.md, 5): has both parties remove what is older than the
// agreements allow. The vault knows how old a relation is and not whose; the
// register here knows how long each institution may keep.
#ifndef GARDEROBE_TTP_RETENTION_H_
#define GARDEROBE_TTP_RETENTION_H_

#include <boost/asio/thread_pool.hpp>

#include "core/base/civil_time.h"
#include "core/register/register_store.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "ttp/converter.h"
#include "ttp/upstream.h"

namespace garderobe::ttp {

// Thread-safe. All arguments of the constructor outlive it.
class Retention {
 public:
  Retention(const Converter& converter, const RegisterStore& institutions,
            Upstream& upstream)
      : converter_(converter),
        institutions_(institutions),
        upstream_(upstream) {}

  // Removes what is too old by `today`; blocks until it is done, some minutes
  // for a million relations. Done twice is done once. Aborted: a run is under
  // way.
  [[nodiscard]] absl::Status Run(const CivilDate& today,
                                 v1::RunRetentionResponse* response);

 private:
  [[nodiscard]] absl::Status RunAlone(const CivilDate& today,
                                      v1::RunRetentionResponse* response);
  [[nodiscard]] absl::Status ExpireVisits(v1::RunRetentionResponse* response);
  // Relations of one page of the vault's; how many were removed.
  [[nodiscard]] absl::StatusOr<uint32_t> Remove(
      const v1::ListAgedResponse& aged, const CivilDate& today);

  const Converter& converter_;
  const RegisterStore& institutions_;
  Upstream& upstream_;
  Mutex mutex_;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
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
  Retention& retention_;
  boost::asio::thread_pool thread_{1};
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_RETENTION_H_
