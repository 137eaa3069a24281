#include "core/register/register_service.h"

#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"

namespace garderobe {

grpc::ServerUnaryReactor* RegisterServiceImpl::ImportRegister(
    grpc::CallbackServerContext* context,
    const v1::ImportRegisterRequest* request,
    v1::ImportRegisterResponse* response) {
  auto peer = RequirePeer(*context, Role::kCoordinator);
  if (!peer.ok()) return FinishNow(context, peer.status());
  const absl::Status status = store_.Replace(request->register_(), Today());
  response->set_institutions(static_cast<uint32_t>(store_.Get()->size()));
  return FinishNow(context, status);
}

grpc::ServerUnaryReactor* RegisterServiceImpl::GetRegister(
    grpc::CallbackServerContext* context, const v1::GetRegisterRequest*,
    v1::GetRegisterResponse* response) {
  auto peer = RequirePeer(*context, Role::kCoordinator);
  if (!peer.ok()) return FinishNow(context, peer.status());
  *response->mutable_register_() = store_.ToProto();
  return FinishNow(context, absl::OkStatus());
}

}  // namespace garderobe
