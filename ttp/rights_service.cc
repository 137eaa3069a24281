#include "ttp/rights_service.h"

#include <exception>
#include <map>
#include <memory>

#include "core/keys/receipt.h"
#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"
#include "core/rpc/status_conversion.h"
#include "spdlog/spdlog.h"

namespace garderobe::ttp {

absl::StatusOr<std::string> RightsServiceImpl::Authorise(
    const grpc::CallbackServerContext& context,
    const std::string& institution) {
  GARDEROBE_ASSIGN_OR_RETURN(const Peer peer,
                             RequirePeer(context, Role::kClient));
  const absl::Status allowed =
      institutions_.MayExerciseRights(peer.name, institution);
  if (!allowed.ok()) {
    refused_calls_.Increment();
    return allowed;
  }
  return peer.name;
}

grpc::ServerUnaryReactor* RightsServiceImpl::ExerciseRight(
    grpc::CallbackServerContext* context,
    const v1::ExerciseRightRequest* request,
    v1::ExerciseRightResponse* response) {
  const auto client = Authorise(*context, request->institution());
  if (!client.ok()) return FinishNow(context, client.status());
  const auto institutions = institutions_.Get();
  const auto entry = institutions->find(request->institution());
  const absl::Status checked =
      entry == institutions->end()
          ? Unavailable("the register has just changed; try again")
          : CheckRight(*request, entry->second, Today());
  if (!checked.ok()) {
    const std::string reason = ReasonOf(checked);
    if (!reason.empty()) {
      refused_calls_.Increment();
      spdlog::warn("event=right-refused reason={} client={} institution={}",
                   reason, *client, request->institution());
    }
    return FinishNow(context, checked);
  }
  const auto ready_in_ms = queue_.Accept(*request);
  if (!ready_in_ms.ok()) return FinishNow(context, ready_in_ms.status());
  // Which right and which request; of whom nobody is told.
  spdlog::info("event=right right={} client={} institution={} request={}",
               RightName(static_cast<VisitorRight>(request->right())), *client,
               request->institution(), ToHex(AsBytes(request->request_id())));
  response->set_ready_in_ms(*ready_in_ms);
  return FinishNow(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* RightsServiceImpl::FetchReceipts(
    grpc::CallbackServerContext* context,
    const v1::FetchReceiptsRequest* request,
    v1::FetchReceiptsResponse* response) {
  const auto client = Authorise(*context, request->institution());
  if (!client.ok()) return FinishNow(context, client.status());
  auto fetched = queue_.Fetch(request->institution(), request->request_id());
  const absl::Status status = fetched.status();
  if (fetched.ok()) *response = *std::move(fetched);
  return FinishNow(context, status);
}

}  // namespace garderobe::ttp
