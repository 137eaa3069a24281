#include "ttp/budget_service.h"

#include <exception>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"
#include "spdlog/spdlog.h"

namespace garderobe::ttp {

namespace {
const std::vector<Peer>& Callers() {
  static const std::vector<Peer> callers = {{Role::kCoordinator, ""},
                                            {Role::kCustodian, ""}};
  return callers;
}
}  // namespace

grpc::ServerUnaryReactor* BudgetServiceImpl::ListBudgets(
    grpc::CallbackServerContext* context, const v1::ListBudgetsRequest*,
    v1::ListBudgetsResponse* response) {
  const auto peer = RequireOneOf(*context, Callers());
  if (!peer.ok()) return FinishNow(context, peer.status());
  for (v1::Budget& budget : budgets_.List()) {
    *response->add_budgets() = std::move(budget);
  }
  return FinishNow(context, absl::OkStatus());
}

absl::Status BudgetServiceImpl::Release(const v1::ReleaseBudgetRequest& request,
                                        v1::ReleaseBudgetResponse* response) {
  const std::string& institution = request.institution();
  if (!institutions_.Get()->contains(institution)) {
    return NotFound("the register has no institution of that name");
  }
  if (request.tokens() < 1 || request.tokens() > kReleasedMax) {
    return InvalidArgument("tokens: 1 to {}", kReleasedMax);
  }
  const std::string month = budgets_.Get(institution).month();
  if (request.month() != month) {
    return FailedPrecondition(
        "month: a release holds for the month it is given in, which is {} by "
        "the clock here",
        month);
  }
  GARDEROBE_RETURN_IF_ERROR(
      custody_.Approve(BudgetRequest(institution, request.tokens(), month),
                       request.approvals()));
  GARDEROBE_RETURN_IF_ERROR(budgets_.Release(institution, request.tokens()));
  *response->mutable_budget() = budgets_.Get(institution);
  spdlog::info("event=budget-release institution={} tokens={}", institution,
               request.tokens());
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* BudgetServiceImpl::ReleaseBudget(
    grpc::CallbackServerContext* context,
    const v1::ReleaseBudgetRequest* request,
    v1::ReleaseBudgetResponse* response) {
  const auto peer = RequireOneOf(*context, Callers());
  if (!peer.ok()) return FinishNow(context, peer.status());
  return FinishNow(context, Release(*request, response));
}

}  // namespace garderobe::ttp
