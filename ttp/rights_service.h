// The gRPC shell of visitors' rights at the TTP: who may ask, and for whom.
#ifndef GARDEROBE_TTP_RIGHTS_SERVICE_H_
#define GARDEROBE_TTP_RIGHTS_SERVICE_H_

#include <string>

#include "core/register/register_store.h"
#include "garderobe/v1/rights.grpc.pb.h"
#include "prometheus/counter.h"
#include "ttp/rights_queue.h"

namespace garderobe::ttp {

// Thread-safe. All arguments of the constructor outlive the service.
class RightsServiceImpl final : public v1::RightsService::CallbackService {
 public:
  RightsServiceImpl(RightsQueue& queue, const RegisterStore& institutions,
                    prometheus::Counter& refused_calls)
      : queue_(queue),
        institutions_(institutions),
        refused_calls_(refused_calls) {}

  grpc::ServerUnaryReactor* ExerciseRight(
      grpc::CallbackServerContext* context,
      const v1::ExerciseRightRequest* request,
      v1::ExerciseRightResponse* response) override;
  grpc::ServerUnaryReactor* FetchReceipts(
      grpc::CallbackServerContext* context,
      const v1::FetchReceiptsRequest* request,
      v1::FetchReceiptsResponse* response) override;

 private:
  // The client's name. PermissionDenied: it is not listed at the institution.
  [[nodiscard]] absl::StatusOr<std::string> Authorise(
      const grpc::CallbackServerContext& context,
      const std::string& institution);

  RightsQueue& queue_;
  const RegisterStore& institutions_;
  prometheus::Counter& refused_calls_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_RIGHTS_SERVICE_H_
