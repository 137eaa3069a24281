// What takes two custodians at the vault: looking into a link, undoing it, more
// than its caps, and an objection taken back without its secret.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "client/cli/approval_options.h"
#include "client/cli/command.h"
#include "client/cli/custody_arguments.h"
#include "client/service_call.h"
#include "garderobe/v1/review.grpc.pb.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

struct ReviewOptions {
  ReviewArguments arguments;
  ApprovalOptions approvals;
};

std::string PlainLevel(const std::string& level) {
  if (level == "same") return "the same, with the name";
  if (level == "bare") return "the same, without the name";
  if (level == "other_name") return "the same, with another name";
  if (level == "near") return "nearly the same";
  return "different";
}
std::string PlainComparison(const std::string& comparison) {
  if (comparison == "email") return "e-mail";
  if (comparison == "mobile") return "mobile telephone";
  if (comparison == "born") return "name and birth date";
  if (comparison == "home") return "address";
  return "pass";
}

std::string Describe(const v1::Explanation::Step& step) {
  std::string text;
  for (const auto& agreement : step.agreements()) {
    text +=
        fmt::format("    {:<20} {}\n", PlainComparison(agreement.comparison()),
                    PlainLevel(agreement.level()));
  }
  return text + fmt::format("    odds of one person   2^{:.1f}\n", step.bits());
}

std::string Describe(const v1::Explanation& told) {
  if (told.gone()) {
    return "one of the two is gone: erased, too old, or of somebody who "
           "objects\n";
  }
  std::string text =
      fmt::format("{}{}\n", told.same_person() ? "one person" : "two persons",
                  told.kept_apart() ? "; kept apart by custodians" : "");
  text += "  the two beside each other:\n" + Describe(told.direct());
  if (told.steps_size() > 1) {
    text += fmt::format("  linked through {} other relations of the person:\n",
                        told.steps_size() - 1);
    for (int i = 0; i < told.steps_size(); ++i) {
      text += fmt::format("   step {}\n", i + 1) + Describe(told.steps(i));
    }
  }
  return text;
}

json ToJson(const v1::Explanation::Step& step) {
  json agreements = json::object();
  for (const auto& one : step.agreements()) {
    agreements[one.comparison()] = one.level();
  }
  return {{"bits", step.bits()}, {"agreements", agreements}};
}

absl::Status Review(Context& context, const ReviewOptions& options,
                    v1::ReviewAction action) {
  const ReviewArguments& arguments = options.arguments;
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  v1::ReviewRequest request;
  request.set_action(action);
  GARDEROBE_ASSIGN_OR_RETURN(*request.mutable_ticket_a(),
                             arguments.Ticket(arguments.first, "first"));
  GARDEROBE_ASSIGN_OR_RETURN(*request.mutable_ticket_b(),
                             arguments.Ticket(arguments.second, "second"));
  GARDEROBE_ASSIGN_OR_RETURN(
      const TlsFiles tls,
      CallerTls(deployment, options.approvals, Caller::kCustodian));
  GARDEROBE_ASSIGN_OR_RETURN(
      *request.mutable_approvals(),
      ApprovalsFor(deployment, options.approvals, arguments.party(),
                   arguments.Request()));
  v1::ReviewResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      WithNextStep(CallService<v1::ReviewService>(
                       deployment.daemon("vault"), tls, kPartyPatience,
                       &v1::ReviewService::Stub::Review, request, &response),
                   arguments.Words()));
  const v1::Explanation& told = response.explanation();
  json steps = json::array();
  for (const auto& step : told.steps()) steps.push_back(ToJson(step));
  return Print(context.form,
               {{{"gone", told.gone()},
                 {"same_person", told.same_person()},
                 {"kept_apart", told.kept_apart()},
                 {"direct", ToJson(told.direct())},
                 {"steps", steps},
                 {"relations_of_person", told.relations_of_person()}},
                Describe(told)});
}

struct ReleaseCapOptions {
  CapArguments arguments;
  ApprovalOptions approvals;
};

absl::Status ReleaseCap(Context& context, const ReleaseCapOptions& options) {
  const CapArguments& arguments = options.arguments;
  GARDEROBE_RETURN_IF_ERROR(arguments.Check());
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(
      const TlsFiles tls,
      CallerTls(deployment, options.approvals, Caller::kAnyone));
  v1::ReleaseCapRequest request;
  request.set_what(arguments.tokens > 0 ? v1::CAPPED_TOKENS
                                        : v1::CAPPED_IDENTITIES);
  request.set_more(std::max(arguments.tokens, arguments.identities));
  request.set_month(arguments.month);
  request.set_access_key(arguments.AccessKey());
  GARDEROBE_ASSIGN_OR_RETURN(
      *request.mutable_approvals(),
      ApprovalsFor(deployment, options.approvals, arguments.party(),
                   arguments.Request()));
  v1::ReleaseCapResponse response;
  GARDEROBE_RETURN_IF_ERROR(WithNextStep(
      CallService<v1::ReviewService>(
          deployment.daemon("vault"), tls, kPartyPatience,
          &v1::ReviewService::Stub::ReleaseCap, request, &response),
      arguments.Words()));
  return Print(
      context.form,
      {{{"used", response.used()}, {"released", response.released()}},
       fmt::format("released; {} are used this month", response.used())});
}

struct AllowWithdrawalOptions {
  WithdrawalArguments arguments;
  ApprovalOptions approvals;
};

absl::Status AllowWithdrawal(Context& context,
                             const AllowWithdrawalOptions& options) {
  const WithdrawalArguments& arguments = options.arguments;
  GARDEROBE_RETURN_IF_ERROR(arguments.Check());
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(
      const TlsFiles tls,
      CallerTls(deployment, options.approvals, Caller::kAnyone));
  v1::AllowWithdrawalRequest request;
  request.set_request_id(arguments.RequestBytes());
  request.set_commitment(arguments.CommitmentBytes());
  GARDEROBE_ASSIGN_OR_RETURN(
      *request.mutable_approvals(),
      ApprovalsFor(deployment, options.approvals, arguments.party(),
                   arguments.Request()));
  v1::AllowWithdrawalResponse response;
  GARDEROBE_RETURN_IF_ERROR(WithNextStep(
      CallService<v1::ReviewService>(
          deployment.daemon("vault"), tls, kPartyPatience,
          &v1::ReviewService::Stub::AllowWithdrawal, request, &response),
      arguments.Words()));
  return Print(context.form,
               {{{"expiry", response.expiry()}},
                "allowed, once and for a day; `garderobe receipts` of the "
                "institution brings the request again"});
}

}  // namespace

void AddVaultCommands(CLI::App& app, Context& context) {
  auto* vault = app.add_subcommand(
      "vault",
      "takes two custodians: look into a link, undo it, raise a cap, allow a "
      "withdrawal");
  vault->require_subcommand(1);
  struct Command {
    const char *name, *about;
    v1::ReviewAction action;
  };
  for (const Command& command : std::initializer_list<Command>{
           {"explain", "why two relations are one person, or are not",
            v1::REVIEW_ACTION_EXPLAIN},
           {"unlink", "from now on the two are never one person",
            v1::REVIEW_ACTION_UNLINK},
           {"relink", "takes an unlink back", v1::REVIEW_ACTION_RELINK}}) {
    auto options = std::make_shared<ReviewOptions>();
    options->arguments.what = command.name;
    auto* sub = vault->add_subcommand(command.name, command.about);
    options->arguments.AddTo(*sub);
    AddApprovalOptions(*sub, options->approvals);
    sub->footer(
        fmt::format("Example: garderobe vault {} 5f3c... 09ab... --approval a "
                    "--approval b",
                    command.name));
    sub->callback([&context, options, action = command.action] {
      const absl::Status status = Review(context, *options, action);
      if (!status.ok()) context.Fail(status);
    });
  }
  auto cap = std::make_shared<ReleaseCapOptions>();
  auto* release = vault->add_subcommand(
      "release", "lets the vault take more this month than its caps allow");
  cap->arguments.AddTo(*release);
  AddApprovalOptions(*release, cap->approvals);
  release->footer(
      "Example: garderobe vault release --identities 5000 --approval a "
      "--approval b");
  release->callback([&context, cap] {
    const absl::Status status = ReleaseCap(context, *cap);
    if (!status.ok()) context.Fail(status);
  });
  auto withdrawal = std::make_shared<AllowWithdrawalOptions>();
  auto* allow = vault->add_subcommand(
      "allow-withdrawal",
      "lets one request take an objection back without its secret");
  withdrawal->arguments.AddTo(*allow);
  AddApprovalOptions(*allow, withdrawal->approvals);
  allow->footer(
      "Example: garderobe vault allow-withdrawal --request 09ab... "
      "--commitment 5f3c... --approval a --approval b");
  allow->callback([&context, withdrawal] {
    const absl::Status status = AllowWithdrawal(context, *withdrawal);
    if (!status.ok()) context.Fail(status);
  });
}

}  // namespace garderobe::client
