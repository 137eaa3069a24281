#include "core/retention/custody_service.h"

#include <exception>
#include <vector>

#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"
#include "spdlog/spdlog.h"

namespace garderobe {
namespace {

const std::vector<Peer>& Callers() {
  static const std::vector<Peer> callers = {{Role::kCustodian, ""},
                                            {Role::kCoordinator, ""}};
  return callers;
}

}  // namespace

absl::Status RetentionCustodyServiceImpl::Release(
    const v1::ReleaseRetentionRequest& request) {
  if (!actions_.release) {
    return FailedPrecondition(
        "this party keeps nothing; ask the vault or the aggregator");
  }
  if (request.more() < 1 || request.more() > kReleasedMax) {
    return InvalidArgument("more: 1 to {}", kReleasedMax);
  }
  GARDEROBE_RETURN_IF_ERROR(actions_.check(request.institution()));
  const int32_t today = DayNumber(calendar_.today());
  if (request.day() != today) {
    return FailedPrecondition(
        "day: {} is asked for, and the clock here says {}; a release holds for "
        "one day, the day it is given",
        DayText(request.day()), DayText(today));
  }
  GARDEROBE_RETURN_IF_ERROR(custody_.Approve(
      RetentionRequest(request.institution(), request.more(), request.day()),
      request.approvals()));
  spdlog::info("event=retention-release institution=\"{}\" more={} day={}",
               request.institution(), request.more(), DayText(today));
  return actions_.release(request.institution(), request.more());
}

absl::Status RetentionCustodyServiceImpl::Confirm(
    const v1::ConfirmDayRequest& request) {
  GARDEROBE_RETURN_IF_ERROR(calendar_.CheckOwn(request.day()));
  GARDEROBE_RETURN_IF_ERROR(
      custody_.Approve(ClockRequest(request.day()), request.approvals()));
  spdlog::info("event=retention-day day={}", DayText(request.day()));
  return calendar_.Confirm(request.day());
}

grpc::ServerUnaryReactor* RetentionCustodyServiceImpl::ReleaseRetention(
    grpc::CallbackServerContext* context,
    const v1::ReleaseRetentionRequest* request, v1::ReleaseRetentionResponse*) {
  const auto peer = RequireOneOf(*context, Callers());
  if (!peer.ok()) return FinishNow(context, peer.status());
  return FinishOn(workers_, context,
                  [this, request] { return Release(*request); });
}

grpc::ServerUnaryReactor* RetentionCustodyServiceImpl::ConfirmDay(
    grpc::CallbackServerContext* context, const v1::ConfirmDayRequest* request,
    v1::ConfirmDayResponse*) {
  const auto peer = RequireOneOf(*context, Callers());
  if (!peer.ok()) return FinishNow(context, peer.status());
  return FinishOn(workers_, context,
                  [this, request] { return Confirm(*request); });
}

}  // namespace garderobe
