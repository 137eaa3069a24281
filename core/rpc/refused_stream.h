// A stream that ends at once with a status.
#ifndef GARDEROBE_CORE_RPC_REFUSED_STREAM_H_
#define GARDEROBE_CORE_RPC_REFUSED_STREAM_H_

#include "core/rpc/status_conversion.h"
#include "grpcpp/support/server_callback.h"

namespace garderobe {

// Owns itself.
template <typename Request, typename Response>
class RefusedStream final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  explicit RefusedStream(const absl::Status& status) {
    this->Finish(ToGrpc(status));
  }
  void OnDone() override { delete this; }
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RPC_REFUSED_STREAM_H_
