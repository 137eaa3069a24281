#include "ttp/retention_service.h"

#include <boost/asio/post.hpp>
#include <cstdint>
#include <exception>

#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"
#include "spdlog/spdlog.h"

namespace garderobe::ttp {

grpc::ServerUnaryReactor* RetentionServiceImpl::RunRetention(
    grpc::CallbackServerContext* context,
    const v1::RunRetentionRequest* request,
    v1::RunRetentionResponse* response) {
  const auto peer = RequirePeer(*context, Role::kCoordinator);
  if (!peer.ok()) return FinishNow(context, peer.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  boost::asio::post(thread_, [=, this] {
    reactor->Finish(ToGrpc(RunAndLog(request->today(), response)));
  });
  return reactor;
}

void RetentionServiceImpl::RunByTimer() {
  boost::asio::post(thread_, [this] {
    v1::RunRetentionResponse response;
    (void)RunAndLog(std::nullopt, &response);
  });
}

absl::Status RetentionServiceImpl::RunAndLog(
    std::optional<int32_t> callers_day, v1::RunRetentionResponse* response) {
  absl::Status status = retention_.Run(callers_day, response);
  const bool is_whole =
      status.ok() && response->vault_relations_held_back() == 0;
  spdlog::log(is_whole ? spdlog::level::info : spdlog::level::warn,
              "event=retention relations={} relations_held_back={} "
              "outcome=\"{}\"",
              response->vault_relations_removed(),
              response->vault_relations_held_back(),
              status.ok() ? "done" : Message(status));
  return status;
}

}  // namespace garderobe::ttp
