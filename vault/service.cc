#include "vault/service.h"

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

grpc::ServerUnaryReactor* VaultRetentionServiceImpl::ListAged(
    grpc::CallbackServerContext* context, const v1::ListAgedRequest* request,
    v1::ListAgedResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    if (request->before() > UINT16_MAX ||
        (!request->after().empty() && request->after().size() != 8)) {
      return InvalidArgument("before: at most 65535; after: 0 or 8 bytes");
    }
    GARDEROBE_ASSIGN_OR_RETURN(
        const Linker::Aged aged,
        linker_.ListAged(static_cast<uint16_t>(request->before()),
                         request->after(), request->today()));
    spdlog::info("event=retention-list before={} relations={} left_today={}",
                 request->before(), aged.relations.size(), aged.left_today);
    for (size_t i = 0; i < aged.relations.size(); ++i) {
      response->mutable_handles()->append(aged.relations[i].handle.view());
      response->mutable_references()->append(aged.relations[i].reference);
      response->add_latest(aged.latest[i]);
    }
    response->set_next(aged.next);
    response->set_left_today(aged.left_today);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* VaultRetentionServiceImpl::RemoveAged(
    grpc::CallbackServerContext* context, const v1::RemoveAgedRequest* request,
    v1::RemoveAgedResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    const auto count = static_cast<size_t>(request->before_size());
    if (request->handles().size() != count * VaultHandle::kBytes) {
      return InvalidArgument("handles, before: 16 bytes and one a relation");
    }
    std::vector<std::pair<VaultHandle, uint16_t>> relations;
    for (size_t i = 0; i < count; ++i) {
      relations.emplace_back(
          VaultHandle::From(
              std::string_view(request->handles())
                  .substr(i * VaultHandle::kBytes, VaultHandle::kBytes)),
          static_cast<uint16_t>(std::min<uint32_t>(
              request->before(static_cast<int>(i)), UINT16_MAX)));
    }
    GARDEROBE_ASSIGN_OR_RETURN(const Linker::RemovedAged done,
                               linker_.RemoveAged(relations, request->today()));
    response->set_removed(done.removed);
    response->set_held_back(done.held_back);
    spdlog::log(done.held_back > 0 ? spdlog::level::warn : spdlog::level::info,
                "event=retention relations={} relations_held_back={}",
                done.removed, done.held_back);
    return absl::OkStatus();
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
            const Vault::Reviewed reviewed,
            vault_.Review(*request, custodian, UnixSeconds(), response));
        spdlog::info(
            "event=review action={} custodian={} review={} approvals={}",
            reviewed.action, custodian, reviewed.review, reviewed.approvals);
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
