// The gRPC shell of budgets: who may look, and who releases more.
#ifndef GARDEROBE_TTP_BUDGET_SERVICE_H_
#define GARDEROBE_TTP_BUDGET_SERVICE_H_

#include "core/base/approvals.h"
#include "garderobe/v1/budget.grpc.pb.h"
#include "ttp/budgets.h"

namespace garderobe::ttp {

class BudgetServiceImpl final : public v1::BudgetService::CallbackService {
 public:
  static constexpr uint64_t kReleasedMax = 2'200'000'000;
  // Both outlive the service.
  BudgetServiceImpl(Budgets& budgets, const RegisterStore& institutions)
      : budgets_(budgets), institutions_(institutions) {}

  grpc::ServerUnaryReactor* ListBudgets(
      grpc::CallbackServerContext* context,
      const v1::ListBudgetsRequest* request,
      v1::ListBudgetsResponse* response) override;
  grpc::ServerUnaryReactor* ReleaseBudget(
      grpc::CallbackServerContext* context,
      const v1::ReleaseBudgetRequest* request,
      v1::ReleaseBudgetResponse* response) override;

 private:
  [[nodiscard]] absl::Status Release(const v1::ReleaseBudgetRequest& request,
                                     const std::string& custodian,
                                     v1::ReleaseBudgetResponse* response);

  Budgets& budgets_;
  const RegisterStore& institutions_;
  Approvals approvals_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_BUDGET_SERVICE_H_
