// The gRPC shell of the TTP: authorise, hand over, answer.
#ifndef GARDEROBE_TTP_SERVICE_H_
#define GARDEROBE_TTP_SERVICE_H_

#include <atomic>

#include "ttp/delivery.h"

namespace garderobe::ttp {

class DeliveryServiceImpl final : public v1::DeliveryService::CallbackService {
 public:
  // `streams_max` deliveries at the same time; a further one waits.
  DeliveryServiceImpl(const Parts& parts, const TtpKeys& keys,
                      int64_t streams_max)
      : parts_(parts),
        parameters_(SignParameters(keys.signing, keys.Public())),
        streams_max_(streams_max) {}

  grpc::ServerUnaryReactor* GetParameters(
      grpc::CallbackServerContext* context,
      const v1::GetParametersRequest* request,
      v1::GetParametersResponse* response) override;
  grpc::ServerUnaryReactor* GetFeed(grpc::CallbackServerContext* context,
                                    const v1::GetFeedRequest* request,
                                    v1::GetFeedResponse* response) override;
  grpc::ServerBidiReactor<v1::DeliverVisitsRequest, v1::DeliverVisitsResponse>*
  DeliverVisits(grpc::CallbackServerContext* context) override;
  grpc::ServerBidiReactor<v1::DeliverRelationsRequest,
                          v1::DeliverRelationsResponse>*
  DeliverRelations(grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* CloseFeed(grpc::CallbackServerContext* context,
                                      const v1::CloseFeedRequest* request,
                                      v1::CloseFeedResponse* response) override;

 private:
  template <typename Request, typename Response, typename Make>
  grpc::ServerBidiReactor<Request, Response>* OpenStream(
      grpc::CallbackServerContext* context, Make make);

  const Parts parts_;
  const SignedBody parameters_;
  const int64_t streams_max_;
  std::atomic<int64_t> streams_{0};
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_SERVICE_H_
