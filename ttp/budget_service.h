// The gRPC shell of budgets: who may look, and who releases more.
#ifndef GARDEROBE_TTP_BUDGET_SERVICE_H_
#define GARDEROBE_TTP_BUDGET_SERVICE_H_

#include "core/custody/custody.h"
#include "garderobe/v1/budget.grpc.pb.h"
#include "ttp/budgets.h"

namespace garderobe::ttp {

class BudgetServiceImpl final : public v1::BudgetService::CallbackService {
 public:
  static constexpr uint64_t kReleasedMax = 2'200'000'000;
  // All outlive the service.
  BudgetServiceImpl(Budgets& budgets, const RegisterStore& institutions,
                    Custody& custody)
      : budgets_(budgets), institutions_(institutions), custody_(custody) {}

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
                                     v1::ReleaseBudgetResponse* response);

  Budgets& budgets_;
  const RegisterStore& institutions_;
  Custody& custody_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_BUDGET_SERVICE_H_
