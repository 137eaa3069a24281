#include "core/retention/custody_service.h"

#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"
#include "spdlog/spdlog.h"

namespace garderobe {

bool RetentionCustodyServiceImpl::Ask(const std::string& what,
                                      const std::string& custodian,
                                      v1::RetentionApprovals* response) {
  const size_t approvals = approvals_.Ask(what, custodian);
  response->set_approvals(static_cast<uint32_t>(approvals));
  response->set_needed(Approvals::kNeeded);
  return approvals >= Approvals::kNeeded;
}

absl::Status RetentionCustodyServiceImpl::Release(
    const v1::ReleaseRetentionRequest& request, const std::string& custodian,
    v1::RetentionApprovals* response) {
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
  const bool done = Ask(fmt::format("release {} {} {}", request.institution(),
                                    request.more(), request.day()),
                        custodian, response);
  spdlog::info(
      "event=retention-release institution=\"{}\" more={} day={} custodian={} "
      "approvals={}",
      request.institution(), request.more(), DayText(today), custodian,
      response->approvals());
  if (!done) return absl::OkStatus();
  return actions_.release(request.institution(), request.more());
}

absl::Status RetentionCustodyServiceImpl::Confirm(
    const v1::ConfirmDayRequest& request, const std::string& custodian,
    v1::RetentionApprovals* response) {
  const bool done =
      Ask(fmt::format("confirm {}", request.day()), custodian, response);
  spdlog::info("event=retention-day day={} custodian={} approvals={}",
               DayText(request.day()), custodian, response->approvals());
  return done ? calendar_.Confirm(request.day()) : absl::OkStatus();
}

grpc::ServerUnaryReactor* RetentionCustodyServiceImpl::ReleaseRetention(
    grpc::CallbackServerContext* context,
    const v1::ReleaseRetentionRequest* request,
    v1::RetentionApprovals* response) {
  const auto peer = RequirePeer(*context, Role::kCustodian);
  if (!peer.ok()) return FinishNow(context, peer.status());
  return FinishOn(workers_, context, [=, this, custodian = peer->name] {
    return Release(*request, custodian, response);
  });
}

grpc::ServerUnaryReactor* RetentionCustodyServiceImpl::ConfirmDay(
    grpc::CallbackServerContext* context, const v1::ConfirmDayRequest* request,
    v1::RetentionApprovals* response) {
  const auto peer = RequirePeer(*context, Role::kCustodian);
  if (!peer.ok()) return FinishNow(context, peer.status());
  return FinishOn(workers_, context, [=, this, custodian = peer->name] {
    return Confirm(*request, custodian, response);
  });
}

}  // namespace garderobe
