// What takes two custodians: more retention in a day, and a right clock.
#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "client/cli/approval_options.h"
#include "client/cli/command.h"
#include "client/cli/custody_arguments.h"
#include "client/service_call.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using Custody = v1::RetentionCustodyService;

template <typename Arguments>
struct CustodyOptions {
  Arguments arguments;
  ApprovalOptions approvals;
};

// Calls `method` of the party with the approvals, and prints `done`.
template <typename Arguments, typename Request, typename Response>
absl::Status Act(Context& context, const CustodyOptions<Arguments>& options,
                 Request request,
                 grpc::Status (Custody::Stub::*method)(grpc::ClientContext*,
                                                       const Request&,
                                                       Response*),
                 const std::string& done) {
  const Arguments& arguments = options.arguments;
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(
      const TlsFiles tls,
      CallerTls(deployment, options.approvals, Caller::kAnyone));
  GARDEROBE_ASSIGN_OR_RETURN(
      *request.mutable_approvals(),
      ApprovalsFor(deployment, options.approvals, arguments.party(),
                   arguments.Request()));
  Response response;
  GARDEROBE_RETURN_IF_ERROR(
      WithNextStep(CallService<Custody>(deployment.daemon(arguments.party()),
                                        tls, std::chrono::seconds(60), method,
                                        request, &response),
                   arguments.Words()));
  return Print(context.form, {{{"done", true}}, done});
}

absl::Status ReleaseMore(Context& context,
                         const CustodyOptions<RetentionArguments>& options) {
  const RetentionArguments& arguments = options.arguments;
  GARDEROBE_RETURN_IF_ERROR(arguments.Check());
  v1::ReleaseRetentionRequest request;
  request.set_institution(arguments.institution);
  request.set_more(arguments.more);
  request.set_day(DayOf(arguments.day));
  return Act(context, options, request, &Custody::Stub::ReleaseRetention,
             fmt::format("{} more records{} may go on {}; `garderobe admin "
                         "retention` does it at once\n",
                         arguments.more,
                         arguments.at_vault ? " of the vault"
                                            : " of " + arguments.institution,
                         arguments.day));
}

absl::Status Confirm(Context& context,
                     const CustodyOptions<ClockArguments>& options) {
  GARDEROBE_RETURN_IF_ERROR(options.arguments.Check());
  v1::ConfirmDayRequest request;
  request.set_day(DayOf(options.arguments.day));
  return Act(context, options, request, &Custody::Stub::ConfirmDay,
             fmt::format("retention goes on from {}\n", options.arguments.day));
}

template <typename Arguments, typename Work>
CLI::App* AddApproved(Context& context, CLI::App& parent, const char* name,
                      const char* about, Work work) {
  auto options = std::make_shared<CustodyOptions<Arguments>>();
  auto* sub = parent.add_subcommand(name, about);
  options->arguments.AddTo(*sub);
  AddApprovalOptions(*sub, options->approvals);
  sub->callback([&context, options, work] {
    const absl::Status status = work(context, *options);
    if (!status.ok()) context.Fail(status);
  });
  return sub;
}

}  // namespace

void AddRetentionCommands(CLI::App& app, Context& context) {
  auto* retention = app.add_subcommand(
      "retention", "what retention may do, by two custodians");
  retention->require_subcommand(1);
  AddApproved<RetentionArguments>(context, *retention, "release",
                                  "today more may go than the day's ceiling",
                                  ReleaseMore)
      ->footer(
          "Example: garderobe retention release museum-01 --more 50000 "
          "--approval a --approval b");
  AddApproved<ClockArguments>(
      context, *retention, "confirm",
      "a party's clock is right, after a long outage or a run "
      "on a wrong day",
      Confirm)
      ->footer(
          "Example: garderobe retention confirm aggregator 2026-11-28 "
          "--approval a --approval b");
}

}  // namespace garderobe::client
