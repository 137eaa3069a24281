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
  const absl::Status status = store_.Replace(request->register_());
  response->set_institutions(static_cast<uint32_t>(store_.Get()->size()));
  return FinishNow(context, status);
}

}  // namespace garderobe
