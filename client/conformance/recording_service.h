// The delivery service in the place of ttpd's: lets in whom ttpd would, opens
// what comes, and records it. Tolerant: what is wrong with a batch is noted,
// and the batch is taken, as long as it can be placed in its feed.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_RECORDING_SERVICE_H_
#define GARDEROBE_CLIENT_CONFORMANCE_RECORDING_SERVICE_H_

#include <boost/asio/thread_pool.hpp>
#include <string>

#include "client/conformance/recorder.h"
#include "core/register/register_store.h"
#include "core/rpc/stream_places.h"
#include "garderobe/v1/delivery.grpc.pb.h"

namespace garderobe::client::conformance {

// Thread-safe. What it is made of outlives it.
class RecordingService final : public v1::DeliveryService::CallbackService {
 public:
  struct Parts {
    const PartyKeys& keys;
    const BatchOpener& opener;
    Recorder& recorder;
    const RegisterStore& institutions;
    boost::asio::thread_pool& workers;
    std::string institution;  // the only one that is recorded
  };
  explicit RecordingService(Parts parts)
      : parts_(std::move(parts)), places_({}) {}

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
  template <typename Batch, typename Request, typename Response>
  grpc::ServerBidiReactor<Request, Response>* OpenStream(
      grpc::CallbackServerContext* context);

  const Parts parts_;
  StreamPlaces places_;
};

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_RECORDING_SERVICE_H_
