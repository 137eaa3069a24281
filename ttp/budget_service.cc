#include "ttp/budget_service.h"

#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"
#include "spdlog/spdlog.h"

namespace garderobe::ttp {

grpc::ServerUnaryReactor* BudgetServiceImpl::ListBudgets(
    grpc::CallbackServerContext* context, const v1::ListBudgetsRequest*,
    v1::ListBudgetsResponse* response) {
  const auto peer = PeerOf(*context);
  if (!peer.ok()) return FinishNow(context, peer.status());
  if (peer->role != Role::kCoordinator && peer->role != Role::kCustodian) {
    return FinishNow(context, NotForPeer(*peer, {{Role::kCoordinator, ""},
                                                 {Role::kCustodian, ""}}));
  }
  for (v1::Budget& budget : budgets_.List()) {
    *response->add_budgets() = std::move(budget);
  }
  return FinishNow(context, absl::OkStatus());
}

absl::Status BudgetServiceImpl::Release(const v1::ReleaseBudgetRequest& request,
                                        const std::string& custodian,
                                        v1::ReleaseBudgetResponse* response) {
  const std::string& institution = request.institution();
  if (!institutions_.Get()->contains(institution)) {
    return NotFound("the register has no institution of that name");
  }
  if (request.tokens() < 1 || request.tokens() > kReleasedMax) {
    return InvalidArgument("tokens: 1 to {}", kReleasedMax);
  }
  const size_t approvals =
      approvals_.Ask(fmt::format("{} {} {}", institution, request.tokens(),
                                 budgets_.Get(institution).month()),
                     custodian);
  response->set_approvals(static_cast<uint32_t>(approvals));
  response->set_needed(Approvals::kNeeded);
  if (approvals >= Approvals::kNeeded) {
    GARDEROBE_RETURN_IF_ERROR(budgets_.Release(institution, request.tokens()));
  }
  *response->mutable_budget() = budgets_.Get(institution);
  spdlog::info(
      "event=budget-release institution={} tokens={} custodian={} "
      "approvals={}",
      institution, request.tokens(), custodian, approvals);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* BudgetServiceImpl::ReleaseBudget(
    grpc::CallbackServerContext* context,
    const v1::ReleaseBudgetRequest* request,
    v1::ReleaseBudgetResponse* response) {
  const auto peer = RequirePeer(*context, Role::kCustodian);
  if (!peer.ok()) return FinishNow(context, peer.status());
  return FinishNow(context, Release(*request, peer->name, response));
}

}  // namespace garderobe::ttp
