// The gRPC shell of plaind: authorise, hand over, answer.
#ifndef GARDEROBE_PLAIN_SERVICE_H_
#define GARDEROBE_PLAIN_SERVICE_H_

#include "core/rpc/stream_places.h"
#include "plain/plain_handler.h"

namespace garderobe::plain {

class PlainServiceImpl final : public v1::PlainService::CallbackService {
 public:
  PlainServiceImpl(const Parts& parts, StreamPlaces::Limits limits)
      : parts_(parts), places_(limits) {}

  // Ends streams whose peers have gone quiet. Called by a timer.
  void EndIdleStreams() { places_.EndIdle(); }

  grpc::ServerBidiReactor<v1::DeliverPlainRequest, v1::DeliverPlainResponse>*
  DeliverPlain(grpc::CallbackServerContext* context) override;

 private:
  const Parts parts_;
  StreamPlaces places_;
};

}  // namespace garderobe::plain

#endif  // GARDEROBE_PLAIN_SERVICE_H_
