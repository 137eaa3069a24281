// The gRPC shell of retention at the TTP, and its timer.
#ifndef GARDEROBE_TTP_RETENTION_SERVICE_H_
#define GARDEROBE_TTP_RETENTION_SERVICE_H_

#include <boost/asio/thread_pool.hpp>
#include <optional>

#include "garderobe/v1/retention.grpc.pb.h"
#include "ttp/retention.h"

namespace garderobe::ttp {

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
  // Runs retention for the timer, and logs how it went.
  void RunByTimer();

 private:
  [[nodiscard]] absl::Status RunAndLog(std::optional<int32_t> callers_day,
                                       v1::RunRetentionResponse* response);

  Retention& retention_;
  boost::asio::thread_pool thread_{1};
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_RETENTION_SERVICE_H_
