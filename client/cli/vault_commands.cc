// For custodians: looking into a link at the vault, and undoing it.
#include <CLI/CLI.hpp>
#include <iostream>

#include "client/cli/command.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/review.grpc.pb.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

struct ReviewOptions {
  std::string custodian, first, second;
};

absl::StatusOr<std::string> Ticket(const std::string& hex, const char* which) {
  auto bytes = FromHex(hex);
  if (!bytes.ok() || bytes->size() != 64) {
    return InvalidArgument(
        "the {} ticket is not 128 hexadecimal digits; `garderobe access` tells "
        "it of a customer as review_ticket",
        which);
  }
  return *bytes;
}

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
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  v1::ReviewRequest request;
  request.set_action(action);
  GARDEROBE_ASSIGN_OR_RETURN(*request.mutable_ticket_a(),
                             Ticket(options.first, "first"));
  GARDEROBE_ASSIGN_OR_RETURN(*request.mutable_ticket_b(),
                             Ticket(options.second, "second"));
  GARDEROBE_ASSIGN_OR_RETURN(const TlsFiles tls,
                             deployment.custodian_tls(options.custodian));
  const auto stub =
      v1::ReviewService::NewStub(TlsChannel(deployment.daemon("vault"), tls));
  grpc::ClientContext call;
  SetDeadline(call, std::chrono::seconds(30));
  v1::ReviewResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      Diagnosed(FromGrpc(stub->Review(&call, request, &response)),
                deployment.daemon("vault"), tls));
  const bool done = response.has_explanation();
  const v1::Explanation& told = response.explanation();
  if (context.json) {
    json out = {{"approvals", response.approvals()},
                {"needed", response.needed()},
                {"done", done}};
    if (done) {
      json steps = json::array();
      for (const auto& step : told.steps()) steps.push_back(ToJson(step));
      out["gone"] = told.gone();
      out["same_person"] = told.same_person();
      out["kept_apart"] = told.kept_apart();
      out["direct"] = ToJson(told.direct());
      out["steps"] = steps;
      out["relations_of_person"] = told.relations_of_person();
    }
    std::cout << out.dump() << "\n";
    return absl::OkStatus();
  }
  if (!done) {
    std::cout << fmt::format(
        "{} of {} custodians have asked for this; nothing is done yet. Another "
        "one gives the same command within a day.\n",
        response.approvals(), response.needed());
    return absl::OkStatus();
  }
  std::cout << Describe(told);
  return absl::OkStatus();
}

struct ReleaseCapOptions {
  std::string custodian;
  uint64_t tokens = 0, identities = 0;
};

absl::Status ReleaseCap(Context& context, const ReleaseCapOptions& options) {
  if ((options.tokens == 0) == (options.identities == 0)) {
    return InvalidArgument("give either --tokens or --identities");
  }
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(const TlsFiles tls,
                             deployment.custodian_tls(options.custodian));
  const auto stub =
      v1::ReviewService::NewStub(TlsChannel(deployment.daemon("vault"), tls));
  grpc::ClientContext call;
  SetDeadline(call, std::chrono::seconds(20));
  v1::ReleaseCapRequest request;
  request.set_what(options.tokens > 0 ? v1::CAPPED_TOKENS
                                      : v1::CAPPED_IDENTITIES);
  request.set_more(std::max(options.tokens, options.identities));
  v1::ReleaseCapResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      Diagnosed(FromGrpc(stub->ReleaseCap(&call, request, &response)),
                deployment.daemon("vault"), tls));
  const bool done = response.approvals() >= response.needed();
  if (context.json) {
    std::cout << json{{"approvals", response.approvals()},
                      {"needed", response.needed()},
                      {"done", done},
                      {"used", response.used()},
                      {"released", response.released()}}
                     .dump()
              << "\n";
  } else if (done) {
    std::cout << fmt::format("released; {} are used this month\n",
                             response.used());
  } else {
    std::cout << fmt::format(
        "{} of {} custodians have asked for this; nothing is released yet. "
        "Another one gives the same command within a day.\n",
        response.approvals(), response.needed());
  }
  return absl::OkStatus();
}

}  // namespace

void AddVaultCommands(CLI::App& app, Context& context) {
  auto* vault = app.add_subcommand(
      "vault", "for custodians, two together: look into a link, or undo it");
  vault->require_subcommand(1);
  auto options = std::make_shared<ReviewOptions>();
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
    auto* sub = vault->add_subcommand(command.name, command.about);
    sub->add_option("FIRST", options->first,
                    "review_ticket of a relation, as `garderobe access` tells")
        ->required();
    sub->add_option("SECOND", options->second, "and of the other")->required();
    sub->add_option("--as", options->custodian,
                    "whose certificate: the folder below custodians/")
        ->required();
    sub->footer(fmt::format(
        "Example: garderobe vault {} 5f3c... 09ab... --as custodian-1\n"
        "It is done when a second custodian gives the same command within a "
        "day.",
        command.name));
    sub->callback([&context, options, action = command.action] {
      const absl::Status status = Review(context, *options, action);
      if (!status.ok()) context.Fail(status);
    });
  }
  auto cap = std::make_shared<ReleaseCapOptions>();
  auto* release = vault->add_subcommand(
      "release", "lets the vault take more this month than its caps allow");
  release->add_option("--tokens", cap->tokens, "how many tokens more");
  release->add_option("--identities", cap->identities,
                      "how many rights by identity more");
  release
      ->add_option("--as", cap->custodian,
                   "whose certificate: the folder below custodians/")
      ->required();
  release->footer(
      "Example: garderobe vault release --identities 5000 --as custodian-1");
  release->callback([&context, cap] {
    const absl::Status status = ReleaseCap(context, *cap);
    if (!status.ok()) context.Fail(status);
  });
}

}  // namespace garderobe::client
