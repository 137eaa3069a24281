#include "vault/service.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/civil_time.h"
#include "core/base/clock.h"
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

grpc::ServerUnaryReactor* VaultServiceImpl::GetRound(
    grpc::CallbackServerContext* context, const v1::GetRoundRequest* request,
    v1::GetRoundResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context,
                  [=, this] { return vault_.GetRound(*request, response); });
}

grpc::ServerUnaryReactor* VaultRightsServiceImpl::Exercise(
    grpc::CallbackServerContext* context,
    const v1::ExerciseAtVaultRequest* request,
    v1::ExerciseAtVaultResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    GARDEROBE_RETURN_IF_ERROR(daemon_.CheckDisk());
    const absl::Status done = vault_.Exercise(*request, response);
    if (!done.ok()) {
      spdlog::warn(
          "event=right-failed request={} reason=\"{}\"",
          ToHex(AsBytes(request->request_id())
                    .first(std::min<size_t>(request->request_id().size(),
                                            RequestId::kBytes))),
          Message(done));
    }
    return done;
  });
}

grpc::ServerUnaryReactor* VaultRetentionServiceImpl::RemoveRelations(
    grpc::CallbackServerContext* context,
    const v1::RemoveRelationsRequest* request,
    v1::RemoveRelationsResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    constexpr size_t kRelationsMax = 4096;
    const std::string_view handles = request->handles();
    const size_t count = handles.size() / VaultHandle::kBytes;
    if (handles.size() != count * VaultHandle::kBytes ||
        count > kRelationsMax) {
      return InvalidArgument("handles: 16 bytes each, at most {}",
                             kRelationsMax);
    }
    GARDEROBE_RETURN_IF_ERROR(daemon_.CheckDisk());
    std::vector<VaultHandle> relations;
    for (size_t i = 0; i < count; ++i) {
      relations.push_back(VaultHandle::From(
          handles.substr(i * VaultHandle::kBytes, VaultHandle::kBytes)));
    }
    GARDEROBE_ASSIGN_OR_RETURN(const Linker::RemovedAged done,
                               linker_.RemoveAged(relations, request->today()));
    response->set_taken(done.taken);
    response->set_removed(done.removed);
    const size_t held_back = count - done.taken;
    spdlog::log(held_back > 0 ? spdlog::level::warn : spdlog::level::info,
                "event=retention relations={} relations_held_back={}",
                done.removed, held_back);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::ReleaseCap(
    grpc::CallbackServerContext* context, const v1::ReleaseCapRequest* request,
    v1::ReleaseCapResponse* response) {
  const auto peer = RequireOneOf(
      *context, {{Role::kCustodian, ""}, {Role::kCoordinator, ""}});
  if (!peer.ok()) return FinishNow(context, peer.status());
  return FinishOn(daemon_.workers(), context, [=, this] {
    return vault_.ReleaseCap(*request, custody_, response);
  });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::AllowWithdrawal(
    grpc::CallbackServerContext* context,
    const v1::AllowWithdrawalRequest* request,
    v1::AllowWithdrawalResponse* response) {
  const auto peer = RequireOneOf(
      *context, {{Role::kCustodian, ""}, {Role::kCoordinator, ""}});
  if (!peer.ok()) return FinishNow(context, peer.status());
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    // Before two approvals are used up for nothing.
    GARDEROBE_RETURN_IF_ERROR(daemon_.CheckDisk());
    return vault_.AllowWithdrawal(*request, custody_, response);
  });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::Review(
    grpc::CallbackServerContext* context, const v1::ReviewRequest* request,
    v1::ReviewResponse* response) {
  const auto peer = RequirePeer(*context, Role::kCustodian);
  if (!peer.ok()) return FinishNow(context, peer.status());
  return FinishOn(
      daemon_.workers(), context,
      [=, this, custodian = peer->name]() -> absl::Status {
        GARDEROBE_ASSIGN_OR_RETURN(
            const std::string reviewed,
            vault_.Review(*request, custody_, UnixSeconds(), response));
        spdlog::info("event=review {} to={}", reviewed, custodian);
        return absl::OkStatus();
      });
}

RetentionCustodyServiceImpl::ReleaseActions ReleaseActionsOf(Linker& linker) {
  return {.check = [](const std::string& institution) -> absl::Status {
            if (institution.empty()) return absl::OkStatus();
            return InvalidArgument(
                "institution: the vault knows none; leave it empty");
          },
          .release =
              [&linker](const std::string&, uint64_t more) {
                return linker.ReleaseRetention(more);
              }};
}

}  // namespace garderobe::vault
