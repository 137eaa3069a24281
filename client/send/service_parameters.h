// What the service publishes, fetched and verified before a delivery.
#ifndef GARDEROBE_CLIENT_SEND_SERVICE_PARAMETERS_H_
#define GARDEROBE_CLIENT_SEND_SERVICE_PARAMETERS_H_

#include <chrono>
#include <functional>
#include <string>

#include "client/endpoint.h"
#include "client/published.h"
#include "client/stream_opener.h"
#include "garderobe/v1/delivery.grpc.pb.h"

namespace garderobe::client {

// Errors of ReadPublished. Unavailable: not reached within `give_up`;
// `waiting` gets why it waits, and OK when it goes on.
[[nodiscard]] absl::StatusOr<Published> FetchPublished(
    const Endpoint& endpoint, const std::string& state,
    StreamOpener<v1::DeliveryService>& ttpd, std::chrono::milliseconds give_up,
    const std::function<void(const absl::Status&)>& waiting);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_SERVICE_PARAMETERS_H_
