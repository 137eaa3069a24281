// Budgets of tokens: what is used, and more by two custodians.
#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "client/cli/approval_options.h"
#include "client/cli/command.h"
#include "client/cli/custody_arguments.h"
#include "client/service_call.h"
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
  v1::ListBudgetsResponse response;
  GARDEROBE_RETURN_IF_ERROR(CallService<v1::BudgetService>(
      deployment.daemon("ttp"), deployment.coordinator_tls(), kPartyPatience,
      &v1::BudgetService::Stub::ListBudgets, {}, &response));
  Page page =
      Page::Table({"institution", "month", "used", "budget", "released"});
  page.json = json::array();
  for (const v1::Budget& budget : response.budgets()) {
    page.json.push_back(ToJson(budget));
    page.Add({budget.institution(), budget.month(),
              static_cast<double>(budget.used()),
              static_cast<double>(budget.budget()),
              static_cast<double>(budget.released())});
    for (const auto& month : budget.ahead()) {
      page.Note(fmt::format(
          "  {}: {} are used in the future: is the clock of the trusted third "
          "party right?",
          month.month(), month.used()));
    }
  }
  return Print(context.form, page);
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
  v1::ReleaseBudgetResponse response;
  GARDEROBE_RETURN_IF_ERROR(WithNextStep(
      CallService<v1::BudgetService>(
          deployment.daemon("ttp"), tls, kPartyPatience,
          &v1::BudgetService::Stub::ReleaseBudget, request, &response),
      arguments.Words()));
  return Print(
      context.form,
      {ToJson(response.budget()),
       fmt::format("{} may deliver {} tokens more in {}: {} of {} are used",
                   arguments.institution, arguments.tokens,
                   response.budget().month(), response.budget().used(),
                   response.budget().budget() + response.budget().released())});
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
