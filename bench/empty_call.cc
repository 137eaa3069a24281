// bench_empty_call: what the network layer alone costs. Unary calls in
// sequence, through gRPC and mutual TLS, to a daemon of a running deployment.
//
// Told are two calls: "get_status", which every daemon answers with a look at
// its own certificate and disk, and at the top level a call that is really
// empty, the standard health check.
#include <iostream>

#include "bench/calls.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/common.grpc.pb.h"
#include "grpcpp/impl/client_unary_call.h"
#include "grpcpp/support/byte_buffer.h"

namespace garderobe::bench {
namespace {

constexpr std::chrono::seconds kTimeout{10};

// What a generated stub of grpc.health.v1 would do. A request without bytes
// asks for the daemon as a whole.
absl::Status CheckHealth(grpc::Channel& channel) {
  static const grpc::internal::RpcMethod kMethod(
      "/grpc.health.v1.Health/Check", grpc::internal::RpcMethod::NORMAL_RPC);
  grpc::ClientContext context;
  SetDeadline(context, kTimeout);
  grpc::Slice nothing;
  const grpc::ByteBuffer request(&nothing, 1);
  grpc::ByteBuffer response;
  return FromGrpc(
      grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
          &channel, kMethod, &context, request, &response));
}

absl::Status GetStatus(v1::StatusService::Stub& stub) {
  grpc::ClientContext context;
  SetDeadline(context, kTimeout);
  v1::GetStatusResponse response;
  return FromGrpc(stub.GetStatus(&context, {}, &response));
}

absl::StatusOr<nlohmann::json> Run(const std::string& address,
                                   const std::string& daemon,
                                   const std::string& pin,
                                   const std::string& folder,
                                   const std::string& calls_text) {
  GARDEROBE_ASSIGN_OR_RETURN(const int calls, ParseCalls(calls_text));
  const TlsFiles tls = TlsIn(folder);
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(tls));
  GARDEROBE_ASSIGN_OR_RETURN(KeyPins pins, ParseKeyPins("PIN", pin));
  const auto channel = TlsChannel({address, daemon, std::move(pins)}, tls);
  const auto stub = v1::StatusService::NewStub(channel);
  GARDEROBE_ASSIGN_OR_RETURN(
      auto result, MeasureCalls(calls, [&] { return CheckHealth(*channel); }));
  GARDEROBE_ASSIGN_OR_RETURN(result["get_status"], MeasureCalls(calls, [&] {
                               return GetStatus(*stub);
                             }));
  return result;
}

}  // namespace
}  // namespace garderobe::bench

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    std::cerr
        << "usage: bench_empty_call ADDRESS DAEMON PIN CERTIFICATE_FOLDER "
           "[CALLS]\n";
    return 2;
  }
  using namespace garderobe::bench;
  return Print(argv[0], Run(argv[1], argv[2], argv[3], argv[4],
                            argc == 6 ? argv[5] : "5000"));
}
