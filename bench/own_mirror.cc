// bench_own_mirror: an institution asks for its own visits by month, again
// and again over one channel, as its analyst.
#include <iostream>

#include "bench/calls.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/answer.grpc.pb.h"

namespace garderobe::bench {
namespace {

absl::StatusOr<nlohmann::json> Run(const std::string& address,
                                   const std::string& pin,
                                   const std::string& institution,
                                   const std::string& folder,
                                   const std::string& calls_text) {
  GARDEROBE_ASSIGN_OR_RETURN(const int calls, ParseCalls(calls_text));
  const TlsFiles tls = TlsIn(folder);
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(tls));
  GARDEROBE_ASSIGN_OR_RETURN(KeyPins pins, ParseKeyPins("PIN", pin));
  const auto stub = v1::AnswerService::NewStub(
      TlsChannel({address, "answerd", std::move(pins)}, tls));
  v1::QueryOwnRequest request;
  request.set_institution(institution);
  request.set_by("month");
  v1::QueryOwnResponse response;
  GARDEROBE_ASSIGN_OR_RETURN(
      auto result, MeasureCalls(calls, [&] {
        grpc::ClientContext context;
        SetDeadline(context, std::chrono::seconds(10));
        response.Clear();
        return FromGrpc(stub->QueryOwn(&context, request, &response));
      }));
  // The answer itself, so that it can be laid beside another's.
  auto rows = nlohmann::json::array();
  for (const auto& row : response.rows()) {
    auto told = nlohmann::json::array({row.key()});
    for (const auto& value : row.value()) told.push_back(value.number());
    rows.push_back(std::move(told));
  }
  result["rows"] = std::move(rows);
  return result;
}

}  // namespace
}  // namespace garderobe::bench

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    std::cerr << "usage: bench_own_mirror ADDRESS PIN INSTITUTION "
                 "CERTIFICATE_FOLDER [CALLS]\n";
    return 2;
  }
  using namespace garderobe::bench;
  return Print(argv[0], Run(argv[1], argv[2], argv[3], argv[4],
                            argc == 6 ? argv[5] : "2000"));
}
