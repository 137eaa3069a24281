// For custodians, two together: more retention in a day, and a right clock.
#include <CLI/CLI.hpp>
#include <iostream>

#include "client/cli/command.h"
#include "core/base/civil_time.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using Custody = v1::RetentionCustodyService;

struct CustodyOptions {
  std::string custodian, party, institution, day;
  bool at_vault = false;
  uint64_t more = 0;
};

// Calls `method` of the party and prints how many have asked, or `done`.
template <typename Request>
absl::Status Ask(Context& context, const CustodyOptions& options,
                 const std::string& party, const Request& request,
                 grpc::Status (Custody::Stub::*method)(grpc::ClientContext*,
                                                       const Request&,
                                                       v1::RetentionApprovals*),
                 const std::string& done) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(const TlsFiles tls,
                             deployment.custodian_tls(options.custodian));
  const auto stub = Custody::NewStub(TlsChannel(deployment.daemon(party), tls));
  grpc::ClientContext call;
  SetDeadline(call, std::chrono::seconds(60));
  v1::RetentionApprovals response;
  GARDEROBE_RETURN_IF_ERROR(
      Diagnosed(FromGrpc((stub.get()->*method)(&call, request, &response)),
                deployment.daemon(party), tls));
  const bool is_done = response.approvals() >= response.needed();
  if (context.json) {
    std::cout << nlohmann::json{{"approvals", response.approvals()},
                                {"needed", response.needed()},
                                {"done", is_done}}
                     .dump()
              << "\n";
  } else if (is_done) {
    std::cout << done;
  } else {
    std::cout << fmt::format(
        "{} of {} custodians have asked for this; nothing is done yet. Another "
        "one gives the same command today.\n",
        response.approvals(), response.needed());
  }
  return absl::OkStatus();
}

absl::Status Release(Context& context, const CustodyOptions& options) {
  if (options.at_vault != options.institution.empty()) {
    return InvalidArgument("name an institution, or --vault, and not both");
  }
  v1::ReleaseRetentionRequest request;
  request.set_institution(options.institution);
  request.set_more(options.more);
  request.set_day(DayNumber(Today()));
  return Ask(context, options, options.at_vault ? "vault" : "aggregator",
             request, &Custody::Stub::ReleaseRetention,
             fmt::format("{} more records{} may go today; `garderobe admin "
                         "retention` does it at once\n",
                         options.more,
                         options.at_vault ? " of the vault"
                                          : " of " + options.institution));
}

absl::Status Confirm(Context& context, const CustodyOptions& options) {
  const auto day = ParseDate(options.day);
  if (!day) return InvalidArgument("DAY: a date such as 2026-11-28");
  v1::ConfirmDayRequest request;
  request.set_day(DayNumber(*day));
  return Ask(context, options, options.party, request,
             &Custody::Stub::ConfirmDay,
             fmt::format("retention goes on from {}\n", ToIso(*day)));
}

}  // namespace

void AddRetentionCommands(CLI::App& app, Context& context) {
  auto* retention = app.add_subcommand(
      "retention", "for custodians, two together: what retention may do");
  retention->require_subcommand(1);
  auto options = std::make_shared<CustodyOptions>();
  auto add = [&](const char* name, const char* about, auto work) {
    auto* sub = retention->add_subcommand(name, about);
    sub->add_option("--as", options->custodian,
                    "whose certificate: the folder below custodians/")
        ->required();
    sub->callback([&context, options, work] {
      const absl::Status status = work(context, *options);
      if (!status.ok()) context.Fail(status);
    });
    return sub;
  };
  auto* release =
      add("release", "today more may go than the day's ceiling", Release);
  release->add_option("INSTITUTION", options->institution,
                      "of which the aggregator removes more");
  release->add_flag("--vault", options->at_vault, "the vault removes more");
  release
      ->add_option("--more", options->more,
                   "how many records more: visits, and as many relations")
      ->required();
  release->footer(
      "Example: garderobe retention release museum-01 --more 50000 --as "
      "custodian-1");
  auto* confirm = add("confirm",
                      "a party's clock is right, after a long outage or a run "
                      "on a wrong day",
                      Confirm);
  confirm->add_option("PARTY", options->party, "whose clock")
      ->required()
      ->check(CLI::IsMember({"ttp", "vault", "aggregator"}));
  confirm->add_option("DAY", options->day, "today, as you know it")->required();
  confirm->footer(
      "Example: garderobe retention confirm aggregator 2026-11-28 --as "
      "custodian-1");
}

}  // namespace garderobe::client
