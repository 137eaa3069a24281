// Asks for a right by hand, and waits for what comes of it.
#ifndef GARDEROBE_TESTS_SUPPORT_ASK_RIGHT_H_
#define GARDEROBE_TESTS_SUPPORT_ASK_RIGHT_H_

#include <sodium.h>

#include <chrono>
#include <string>
#include <thread>

#include "core/keys/key_file.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/rpc/tls.h"
#include "garderobe/v1/rights.grpc.pb.h"
#include "tests/support/local_deployment.h"
#include "tests/support/sign_right.h"

namespace garderobe {

// A request id that nobody has used.
inline std::string NewRequestId() {
  std::string id(16, '\0');
  randombytes_buf(id.data(), id.size());
  return id;
}

// The keys of an institution of the deployment.
inline absl::StatusOr<AskingKeys> KeysOfInstitution(
    const LocalDeployment& deployment, const std::string& institution) {
  const std::string folder =
      deployment.folder() + "/institutions/" + institution;
  GARDEROBE_ASSIGN_OR_RETURN(
      auto handle, ReadSecret<InstitutionHandleKey>(folder + "/handle.key",
                                                    "institution-handle"));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto author, ReadSecret<AuthorSeed>(folder + "/author.key", kAuthorRole));
  return AskingKeys{std::move(handle), std::move(author)};
}

// What ttpd says to `given`, first at once and then, when it was accepted,
// after the rounds. `who`: folder of the caller's certificate. A request that
// is not signed is signed by its institution, where that is known.
inline absl::StatusOr<v1::FetchReceiptsResponse> AskRight(
    const LocalDeployment& deployment, const std::string& who,
    const v1::ExerciseRightRequest& given) {
  v1::ExerciseRightRequest request = given;
  const auto keys = KeysOfInstitution(deployment, request.institution());
  if (!request.has_authorisation() && keys.ok()) Sign(request, *keys);
  constexpr std::chrono::seconds kTimeout{20};
  const auto stub = v1::RightsService::NewStub(
      TlsChannel(deployment.daemon("ttp"), deployment.tls(who)));
  v1::ExerciseRightResponse accepted;
  {
    grpc::ClientContext context;
    SetDeadline(context, kTimeout);
    const absl::Status status =
        FromGrpc(stub->ExerciseRight(&context, request, &accepted));
    if (!status.ok()) return status;
  }
  v1::FetchReceiptsRequest fetch;
  fetch.set_institution(request.institution());
  fetch.set_request_id(request.request_id());
  uint32_t wait_ms = accepted.ready_in_ms();
  const auto give_up = std::chrono::steady_clock::now() + kTimeout;
  while (std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
    grpc::ClientContext context;
    SetDeadline(context, kTimeout);
    v1::FetchReceiptsResponse response;
    const absl::Status status =
        FromGrpc(stub->FetchReceipts(&context, fetch, &response));
    if (!status.ok()) return status;
    if (response.pending_for_ms() == 0) return response;
    wait_ms = response.pending_for_ms();
  }
  return absl::DeadlineExceededError("no receipts have come");
}

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_SUPPORT_ASK_RIGHT_H_
