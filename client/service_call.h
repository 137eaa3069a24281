// One call of a daemon's service, from a channel of its own, with what a person
// can do when it fails.
#ifndef GARDEROBE_CLIENT_SERVICE_CALL_H_
#define GARDEROBE_CLIENT_SERVICE_CALL_H_

#include <chrono>
#include <type_traits>

#include "core/base/status.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/rpc/tls.h"
#include "grpcpp/client_context.h"

namespace garderobe::client {

// How long a party may take for an answer that it has at once.
inline constexpr std::chrono::seconds kPartyPatience{20};

// `Service` is a generated service class, and `method` one of its stub, such as
// &v1::StatusService::Stub::GetStatus. Errors of the service, diagnosed
// (core/rpc/tls.h); DeadlineExceeded: no answer within `timeout`.
template <typename Service, typename Request, typename Response>
[[nodiscard]] absl::Status CallService(
    const CalledDaemon& daemon, const TlsFiles& tls,
    std::chrono::milliseconds timeout,
    grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                          Response*),
    const std::type_identity_t<Request>& request, Response* response) {
  const auto stub = Service::NewStub(TlsChannel(daemon, tls));
  grpc::ClientContext call;
  SetDeadline(call, timeout);
  return Diagnosed(FromGrpc((stub.get()->*method)(&call, request, response)),
                   daemon, tls);
}

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SERVICE_CALL_H_
