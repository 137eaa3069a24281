// A right at the vault, asked for as the TTP does: what the vault answers once
// the rounds have carried what follows.
#ifndef GARDEROBE_TESTS_SUPPORT_VAULT_RIGHT_H_
#define GARDEROBE_TESTS_SUPPORT_VAULT_RIGHT_H_

#include <chrono>
#include <thread>

#include "core/rpc/status_conversion.h"
#include "garderobe/v1/rights.grpc.pb.h"

namespace garderobe {

// Asks again while the vault holds its receipt back, for up to 20 s: some
// daemon's rounds have to run. DeadlineExceeded: none came.
inline absl::Status ExerciseAtVault(v1::VaultRightsService::Stub& vault,
                                    const v1::ExerciseAtVaultRequest& request,
                                    v1::ExerciseAtVaultResponse* response) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < deadline) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(20));
    GARDEROBE_RETURN_IF_ERROR(
        FromGrpc(vault.Exercise(&context, request, response)));
    if (response->has_receipt()) return absl::OkStatus();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return absl::DeadlineExceededError("the vault gives no receipt");
}

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_SUPPORT_VAULT_RIGHT_H_
