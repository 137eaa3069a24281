#include "answer/service.h"

#include <map>
#include <memory>

#include "core/rpc/ordered_stream.h"

namespace garderobe::answer {

absl::StatusOr<Peer> AnswerServiceImpl::RequireAsker(
    const grpc::ServerContextBase& context) const {
  GARDEROBE_ASSIGN_OR_RETURN(Peer peer, PeerOf(context));
  if (peer.role == Role::kCoordinator) return peer;
  if (peer.role != Role::kAnalyst) {
    return PermissionDenied(
        "questions are for the coordinator and for analysts of institutions");
  }
  // Who is taken out of the register has nothing to ask any more.
  if (!institutions_.Get()->contains(peer.name)) {
    return PermissionDenied("the register has no institution {}", peer.name);
  }
  return peer;
}

grpc::ServerUnaryReactor* IntakeServiceImpl::PutMirror(
    grpc::CallbackServerContext* context, const v1::PutMirrorRequest* request,
    v1::PutMirrorResponse*) {
  auto peer = RequirePeer(*context, Role::kParty, "aggregator");
  if (!peer.ok()) return FinishNow(context, peer.status());
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    GARDEROBE_RETURN_IF_ERROR(daemon_.CheckDisk());
    return store_.mirrors().Put(request->mirror());
  });
}

grpc::ServerUnaryReactor* IntakeServiceImpl::PutCustomers(
    grpc::CallbackServerContext* context,
    const v1::PutCustomersRequest* request, v1::PutCustomersResponse*) {
  auto peer = RequirePeer(*context, Role::kParty, "aggregator");
  if (!peer.ok()) return FinishNow(context, peer.status());
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    GARDEROBE_RETURN_IF_ERROR(daemon_.CheckDisk());
    return store_.mirrors().Put(request->customers());
  });
}

grpc::ServerUnaryReactor* IntakeServiceImpl::ListHeld(
    grpc::CallbackServerContext* context, const v1::ListHeldRequest*,
    v1::ListHeldResponse* response) {
  auto peer = RequirePeer(*context, Role::kParty, "aggregator");
  if (peer.ok()) *response = store_.Held();
  return FinishNow(context, peer.status());
}

grpc::ServerUnaryReactor* IntakeServiceImpl::PutCube(
    grpc::CallbackServerContext* context, const v1::PutCubeRequest* request,
    v1::PutCubeResponse*) {
  auto peer = RequirePeer(*context, Role::kParty, "aggregator");
  if (!peer.ok()) return FinishNow(context, peer.status());
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    GARDEROBE_RETURN_IF_ERROR(daemon_.CheckDisk());
    return store_.PutCube(request->cube());
  });
}

grpc::ServerUnaryReactor* AnswerServiceImpl::QueryOwn(
    grpc::CallbackServerContext* context, const v1::QueryOwnRequest* request,
    v1::QueryOwnResponse* response) {
  auto peer = RequireAsker(*context);
  if (!peer.ok()) return FinishNow(context, peer.status());
  // Own figures may have to be read from the disk.
  return FinishOn(daemon_.workers(), context,
                  [=, this, asker = *std::move(peer)]() -> absl::Status {
                    GARDEROBE_ASSIGN_OR_RETURN(*response,
                                               questions_.Own(asker, *request));
                    return absl::OkStatus();
                  });
}

grpc::ServerUnaryReactor* AnswerServiceImpl::Query(
    grpc::CallbackServerContext* context, const v1::QueryRequest* request,
    v1::QueryResponse* response) {
  const auto peer = RequireAsker(*context);
  if (!peer.ok()) return FinishNow(context, peer.status());
  auto answer = questions_.Protected(*peer, *request);
  if (answer.ok()) *response = *std::move(answer);
  return FinishNow(context, answer.status());
}

grpc::ServerUnaryReactor* AnswerServiceImpl::GetCatalogue(
    grpc::CallbackServerContext* context, const v1::GetCatalogueRequest*,
    v1::GetCatalogueResponse* response) {
  const auto peer = RequireAsker(*context);
  if (!peer.ok()) return FinishNow(context, peer.status());
  *response = questions_.Catalogue();
  return FinishNow(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* AnswerServiceImpl::GetPeriods(
    grpc::CallbackServerContext* context, const v1::GetPeriodsRequest*,
    v1::GetPeriodsResponse* response) {
  const auto peer = RequireAsker(*context);
  if (!peer.ok()) return FinishNow(context, peer.status());
  *response = questions_.Periods();
  return FinishNow(context, absl::OkStatus());
}

}  // namespace garderobe::answer
