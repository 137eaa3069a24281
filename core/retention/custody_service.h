// The gRPC shell of what two custodians decide about retention: more than the
// ceiling on one day, and that the clock is right after a long pause.
#ifndef GARDEROBE_CORE_RETENTION_CUSTODY_SERVICE_H_
#define GARDEROBE_CORE_RETENTION_CUSTODY_SERVICE_H_

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <string>

#include "core/custody/custody.h"
#include "core/retention/run_calendar.h"
#include "garderobe/v1/retention.grpc.pb.h"

namespace garderobe {

class RetentionCustodyServiceImpl final
    : public v1::RetentionCustodyService::CallbackService {
 public:
  static constexpr uint64_t kReleasedMax = 1'000'000'000;

  // What a party does when two have approved it.
  struct ReleaseActions {
    // Whether something of this name can be released here.
    std::function<absl::Status(const std::string& institution)> check;
    // Lets `more` records go beyond today's ceiling. Synced when it returns.
    std::function<absl::Status(const std::string& institution, uint64_t more)>
        release;
  };

  // `calendar`, `custody` and `workers` outlive the service. A party that keeps
  // nothing has no actions.
  RetentionCustodyServiceImpl(RunCalendar& calendar, Custody& custody,
                              boost::asio::thread_pool& workers,
                              ReleaseActions actions = {})
      : calendar_(calendar),
        custody_(custody),
        workers_(workers),
        actions_(std::move(actions)) {}

  grpc::ServerUnaryReactor* ReleaseRetention(
      grpc::CallbackServerContext* context,
      const v1::ReleaseRetentionRequest* request,
      v1::ReleaseRetentionResponse* response) override;
  grpc::ServerUnaryReactor* ConfirmDay(
      grpc::CallbackServerContext* context,
      const v1::ConfirmDayRequest* request,
      v1::ConfirmDayResponse* response) override;

 private:
  [[nodiscard]] absl::Status Release(
      const v1::ReleaseRetentionRequest& request);
  [[nodiscard]] absl::Status Confirm(const v1::ConfirmDayRequest& request);

  RunCalendar& calendar_;
  Custody& custody_;
  boost::asio::thread_pool& workers_;
  const ReleaseActions actions_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RETENTION_CUSTODY_SERVICE_H_
