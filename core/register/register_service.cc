#include "core/register/register_service.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/register/canonical_register.h"
#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"

namespace garderobe {

grpc::ServerUnaryReactor* RegisterServiceImpl::ImportRegister(
    grpc::CallbackServerContext* context,
    const v1::ImportRegisterRequest* request,
    v1::ImportRegisterResponse* response) {
  auto peer = RequirePeer(*context, Role::kCoordinator);
  if (!peer.ok()) return FinishNow(context, peer.status());
  const absl::Status checked =
      check_ ? check_(request->register_()) : absl::OkStatus();
  if (!checked.ok()) return FinishNow(context, checked);
  const absl::Status status = store_.Replace(
      request->register_(), Today(),
      [&](const v1::Register& reg, const std::vector<std::string>& widened) {
        return custody_.Approve(RegisterRequest(CanonicalBytes(reg), widened),
                                request->approvals());
      });
  response->set_institutions(static_cast<uint32_t>(store_.Get()->size()));
  return FinishNow(context, status);
}

grpc::ServerUnaryReactor* RegisterServiceImpl::GetRegister(
    grpc::CallbackServerContext* context, const v1::GetRegisterRequest*,
    v1::GetRegisterResponse* response) {
  auto peer = RequireOneOf(*context,
                           {{Role::kCoordinator, ""}, {Role::kCustodian, ""}});
  if (!peer.ok()) return FinishNow(context, peer.status());
  *response->mutable_register_() = store_.ToProto();
  return FinishNow(context, absl::OkStatus());
}

}  // namespace garderobe
