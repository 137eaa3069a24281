#include "vault/service.h"

#include "core/keys/receipt.h"
#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"
#include "spdlog/spdlog.h"

namespace garderobe::vault {

// Only the TTP speaks to the vault.
#define GARDEROBE_REQUIRE_TTP(context)                                    \
  if (auto peer = RequirePeer(*context, Role::kParty, "ttp"); !peer.ok()) \
  return FinishNow(context, peer.status())

grpc::ServerUnaryReactor* VaultServiceImpl::GetParameters(
    grpc::CallbackServerContext* context, const v1::GetVaultParametersRequest*,
    v1::GetVaultParametersResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  response->mutable_parameters()->set_body(parameters_.body);
  response->mutable_parameters()->set_signature(parameters_.signature);
  return FinishNow(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* VaultServiceImpl::LinkRelations(
    grpc::CallbackServerContext* context,
    const v1::LinkRelationsRequest* request,
    v1::LinkRelationsResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    GARDEROBE_RETURN_IF_ERROR(daemon_.CheckDisk());
    return vault_.LinkRelations(*request, response);
  });
}

grpc::ServerUnaryReactor* VaultServiceImpl::GetLinkChanges(
    grpc::CallbackServerContext* context,
    const v1::GetLinkChangesRequest* request,
    v1::GetLinkChangesResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this] {
    return vault_.GetLinkChanges(*request, response);
  });
}

grpc::ServerUnaryReactor* VaultRightsServiceImpl::Exercise(
    grpc::CallbackServerContext* context,
    const v1::ExerciseAtVaultRequest* request,
    v1::ExerciseAtVaultResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    GARDEROBE_RETURN_IF_ERROR(vault_.Exercise(*request, response));
    // Which right and which request; of whom nobody is told.
    spdlog::info("event=right right={} request={}",
                 RightName(static_cast<VisitorRight>(request->right())),
                 ToHex(AsBytes(request->request_id())));
    return absl::OkStatus();
  });
}

}  // namespace garderobe::vault
