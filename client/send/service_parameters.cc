#include "client/send/service_parameters.h"

#include "client/send/persist.h"

namespace garderobe::client {

absl::StatusOr<Published> FetchPublished(
    const Endpoint& endpoint, const std::string& state,
    StreamOpener<v1::DeliveryService>& ttpd, std::chrono::milliseconds give_up,
    const std::function<void(const absl::Status&)>& waiting) {
  v1::GetParametersResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      Persist(give_up, waiting, [&](grpc::ClientContext& context) {
        return ttpd.Report(
            FromGrpc(ttpd.Get()->GetParameters(&context, {}, &response)));
      }));
  waiting(absl::OkStatus());
  return ReadPublished(response, endpoint, state);
}

}  // namespace garderobe::client
