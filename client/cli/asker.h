// Who asks answerd, and how.
#ifndef GARDEROBE_CLIENT_CLI_ASKER_H_
#define GARDEROBE_CLIENT_CLI_ASKER_H_

#include <string>

#include "client/cli/command.h"
#include "client/service_call.h"
#include "core/base/status.h"
#include "garderobe/v1/answer.grpc.pb.h"

namespace garderobe::client {

// Asks answerd, as the coordinator or as an institution.
class Asker {
 public:
  using Stub = v1::AnswerService::Stub;

  // As the institution; as the coordinating body when it is empty.
  // NotFound: the deployment has no certificate for that.
  [[nodiscard]] static absl::StatusOr<Asker> For(
      const Context& context, const std::string& institution);

  // One call, such as &Stub::Query.
  template <typename Request, typename Response>
  [[nodiscard]] absl::Status Call(
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                   Response*),
      const Request& request, Response* response) const {
    return CallService<v1::AnswerService>(daemon_, tls_, kPartyPatience, method,
                                          request, response);
  }

 private:
  CalledDaemon daemon_;
  TlsFiles tls_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CLI_ASKER_H_
