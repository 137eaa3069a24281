// The gRPC shell of the TTP: authorise, hand over, answer.
#ifndef GARDEROBE_TTP_DELIVERY_SERVICE_H_
#define GARDEROBE_TTP_DELIVERY_SERVICE_H_

#include "core/rpc/stream_places.h"
#include "ttp/feed_handlers.h"
#include "ttp/rounds.h"

namespace garderobe::ttp {

class DeliveryServiceImpl final : public v1::DeliveryService::CallbackService {
 public:
  // `parameters` are the TTP's own.
  DeliveryServiceImpl(const Parts& parts, SignedBody parameters,
                      StreamPlaces::Limits limits)
      : parts_(parts), parameters_(std::move(parameters)), places_(limits) {}

  // Ends streams whose peers have gone quiet. Called by a timer.
  void EndIdleStreams() { places_.EndIdle(); }

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
      grpc::CallbackServerContext* context, uint32_t window, Make make);

  const Parts parts_;
  const SignedBody parameters_;
  StreamPlaces places_;  // a delivery has two
};

// For the coordinating body, before it publishes.
class LinkServiceImpl final : public v1::LinkService::CallbackService {
 public:
  explicit LinkServiceImpl(Rounds& rounds) : rounds_(rounds) {}
  grpc::ServerUnaryReactor* ForwardLinks(
      grpc::CallbackServerContext* context,
      const v1::ForwardLinksRequest* request,
      v1::ForwardLinksResponse* response) override;

 private:
  Rounds& rounds_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_DELIVERY_SERVICE_H_
