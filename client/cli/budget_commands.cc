// Budgets of tokens: what is used, and more by two custodians.
#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "client/cli/approval_options.h"
#include "client/cli/command.h"
#include "client/cli/custody_arguments.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/budget.grpc.pb.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

json ToJson(const v1::Budget& budget) {
  json ahead = json::array();
  for (const auto& month : budget.ahead()) {
    ahead.push_back({{"month", month.month()}, {"used", month.used()}});
  }
  return {{"ahead", std::move(ahead)}, {"institution", budget.institution()},
          {"month", budget.month()},   {"used", budget.used()},
          {"budget", budget.budget()}, {"released", budget.released()}};
}

absl::Status List(Context& context) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  const TlsFiles tls = deployment.coordinator_tls();
  const auto stub =
      v1::BudgetService::NewStub(TlsChannel(deployment.daemon("ttp"), tls));
  grpc::ClientContext call;
  SetDeadline(call, std::chrono::seconds(20));
  v1::ListBudgetsResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      Diagnosed(FromGrpc(stub->ListBudgets(&call, {}, &response)),
                deployment.daemon("ttp"), tls));
  json list = json::array();
  std::string text =
      fmt::format("{:<20} {:<7} {:>12} {:>12} {:>12}\n", "institution", "month",
                  "used", "budget", "released");
  for (const v1::Budget& budget : response.budgets()) {
    list.push_back(ToJson(budget));
    text += fmt::format("{:<20} {:<7} {:>12} {:>12} {:>12}\n",
                        budget.institution(), budget.month(), budget.used(),
                        budget.budget(), budget.released());
    for (const auto& month : budget.ahead()) {
      text += fmt::format(
          "{:<20} {:<7} {:>12}  in the future: is the clock of the trusted "
          "third party right?\n",
          "", month.month(), month.used());
    }
  }
  std::cout << (context.json ? list.dump() + "\n" : text);
  return absl::OkStatus();
}

struct ReleaseOptions {
  BudgetArguments arguments;
  ApprovalOptions approvals;
};

absl::Status Release(Context& context, const ReleaseOptions& options) {
  const BudgetArguments& arguments = options.arguments;
  GARDEROBE_RETURN_IF_ERROR(arguments.Check());
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(
      const TlsFiles tls,
      CallerTls(deployment, options.approvals, Caller::kAnyone));
  v1::ReleaseBudgetRequest request;
  request.set_institution(arguments.institution);
  request.set_tokens(arguments.tokens);
  request.set_month(arguments.month);
  GARDEROBE_ASSIGN_OR_RETURN(
      *request.mutable_approvals(),
      ApprovalsFor(deployment, options.approvals, arguments.party(),
                   arguments.Request()));
  const auto stub =
      v1::BudgetService::NewStub(TlsChannel(deployment.daemon("ttp"), tls));
  grpc::ClientContext call;
  SetDeadline(call, std::chrono::seconds(20));
  v1::ReleaseBudgetResponse response;
  GARDEROBE_RETURN_IF_ERROR(WithNextStep(
      Diagnosed(FromGrpc(stub->ReleaseBudget(&call, request, &response)),
                deployment.daemon("ttp"), tls),
      arguments.Words()));
  if (context.json) {
    std::cout << ToJson(response.budget()).dump() << "\n";
  } else {
    std::cout << fmt::format(
        "{} may deliver {} tokens more in {}: {} of {} are used\n",
        arguments.institution, arguments.tokens, response.budget().month(),
        response.budget().used(),
        response.budget().budget() + response.budget().released());
  }
  return absl::OkStatus();
}

}  // namespace

void AddBudgetCommands(CLI::App& app, Context& context) {
  auto* budget = app.add_subcommand(
      "budget", "how many tokens institutions may deliver in a month");
  budget->require_subcommand(1);
  auto* list = budget->add_subcommand("list", "of each institution");
  list->callback([&context] {
    const absl::Status status = List(context);
    if (!status.ok()) context.Fail(status);
  });
  auto options = std::make_shared<ReleaseOptions>();
  auto* release = budget->add_subcommand(
      "release", "takes two custodians: more for this month");
  options->arguments.AddTo(*release);
  AddApprovalOptions(*release, options->approvals);
  release->footer(
      "Example: garderobe budget release museum-01 --tokens 1000000 "
      "--approval a --approval b");
  release->callback([&context, options] {
    const absl::Status status = Release(context, *options);
    if (!status.ok()) context.Fail(status);
  });
}

}  // namespace garderobe::client
