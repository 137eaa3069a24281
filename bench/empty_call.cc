// bench_empty_call: what the network layer alone costs. Unary calls in
// sequence, through gRPC and mutual TLS, to a daemon of a running deployment.
//
// The call is GetStatus, which every daemon serves. It is nearly empty: the
// daemon reads its own certificate and asks the file system for free space.
#include <iostream>

#include "bench/calls.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/common.grpc.pb.h"

namespace garderobe::bench {
namespace {

absl::StatusOr<nlohmann::json> Run(const std::string& address,
                                   const std::string& daemon,
                                   const std::string& folder,
                                   const std::string& calls_text) {
  GARDEROBE_ASSIGN_OR_RETURN(const int calls, ParseCalls(calls_text));
  const TlsFiles tls = TlsIn(folder);
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(tls));
  const auto stub =
      v1::StatusService::NewStub(TlsChannel(address, daemon, tls));
  return MeasureCalls(calls, [&] {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(10));
    v1::GetStatusResponse response;
    return FromGrpc(stub->GetStatus(&context, {}, &response));
  });
}

}  // namespace
}  // namespace garderobe::bench

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::cerr << "usage: bench_empty_call ADDRESS DAEMON CERTIFICATE_FOLDER "
                 "[CALLS]\n";
    return 2;
  }
  using namespace garderobe::bench;
  return Print(argv[0],
               Run(argv[1], argv[2], argv[3], argc == 5 ? argv[4] : "5000"));
}
