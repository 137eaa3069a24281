#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "client/cli/command.h"
#include "client/cli/identity_file.h"
#include "client/cli/receipt_json.h"
#include "client/rights/pending_rights.h"
#include "client/rights/rights.h"
#include "core/base/files.h"
#include "core/keys/key_file.h"
#include "core/rpc/status_conversion.h"
#include "core/sealing/sealed_answer.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

struct RightArguments {
  VisitorRight right = VisitorRight::kErase;
  std::string institution, client, customer, identity, receipt;
  std::vector<std::string> own_domains;
  uint32_t wait_seconds = 600;
  bool without_secret = false;
};

// Beside the client's keys; of whom it is, it does not say.
absl::StatusOr<std::string> StoreReceipt(const Deployment& deployment,
                                         const std::string& client,
                                         const json& receipt) {
  const std::string folder =
      deployment.folder() + "/clients/" + client + "/receipts";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string path =
      fmt::format("{}/{}-{}-{}.json", folder, ToIso(Today()),
                  receipt["right"].get<std::string>(),
                  receipt["request_id"].get<std::string>());
  const absl::Status created = CreateFile(path, receipt.dump(2) + "\n", 0600);
  // Stored by a run that ended before it could forget the request.
  if (created.code() != absl::StatusCode::kAlreadyExists) {
    GARDEROBE_RETURN_IF_ERROR(created);
  }
  return path;
}

void PrintReceipt(const RightReport& report, const std::string& stored) {
  const auto right = static_cast<VisitorRight>(report.request.right());
  const bool of_customer = report.request.has_handle();
  for (const std::string& held : report.held) {
    std::cout << json::parse(held).dump(2) << "\n";
  }
  if (of_customer && right == VisitorRight::kErase) {
    std::cout << fmt::format("{} relation(s) and {} visit(s) removed\n",
                             report.relations_removed, report.visits_removed);
  }
  if (right == VisitorRight::kWithdraw) {
    std::cout << (report.request.sealed_objection_secret().empty()
                      ? "what was lodged with these particulars does not stand "
                        "any more\n"
                      : "what this institution lodged with these particulars "
                        "does not stand any more; what others lodged does\n");
  }
  for (const std::string& reason : report.unusable) {
    std::cout << "  not used: " << reason << "\n";
  }
  std::cout << fmt::format(
      "done, whether the visitor was known or not; receipts of {} parties: "
      "{}\n",
      report.receipts.size(), stored);
}

// Stores the receipts; only then is the request done with.
absl::StatusOr<json> Store(Context& context, const Deployment& deployment,
                           const std::string& client,
                           const RightReport& report) {
  const json receipt = ReceiptJson(report);
  GARDEROBE_ASSIGN_OR_RETURN(const std::string stored,
                             StoreReceipt(deployment, client, receipt));
  GARDEROBE_RETURN_IF_ERROR(PendingRights(deployment.client_state(client))
                                .Forget(report.request.request_id()));
  if (!context.form.json) PrintReceipt(report, stored);
  return ReportJson(report, receipt, stored);
}

RightOptions OptionsFor(const Deployment& deployment,
                        const std::string& institution,
                        const std::string& client) {
  RightOptions options;
  options.institution = institution;
  options.handle_key = deployment.handle_key(institution);
  options.author_key = deployment.author_key(institution);
  options.state = deployment.client_state(client);
  return options;
}

absl::Status Exercise(Context& context, const RightArguments& arguments) {
  const int named = !arguments.customer.empty() + !arguments.identity.empty() +
                    !arguments.receipt.empty();
  if (named != 1) {
    return InvalidArgument(
        "of whom? Give either --customer ID or --identity FILE");
  }
  if (!arguments.receipt.empty() && !arguments.without_secret) {
    return InvalidArgument("--receipt goes with --without-secret");
  }
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::string client,
      deployment.ClientFor(arguments.institution, arguments.client));
  GARDEROBE_ASSIGN_OR_RETURN(const Endpoint endpoint,
                             deployment.EndpointOf(client));
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(endpoint.tls));
  RightOptions options = OptionsFor(deployment, arguments.institution, client);
  options.right = arguments.right;
  options.patience = std::chrono::seconds(arguments.wait_seconds);
  options.customer = arguments.customer;
  options.own_domains = arguments.own_domains;
  options.without_secret = arguments.without_secret;
  IdentityFields identity;
  if (!arguments.identity.empty()) {
    GARDEROBE_ASSIGN_OR_RETURN(identity, ReadIdentity(arguments.identity));
  }
  options.identity = PersonOf(identity);
  if (!arguments.receipt.empty()) {
    GARDEROBE_ASSIGN_OR_RETURN(const std::string text,
                               ReadWholeFile(arguments.receipt));
    GARDEROBE_ASSIGN_OR_RETURN(options.earlier_handle,
                               HandleOfObjection(text, arguments.institution));
  }
  auto report = ExerciseRight(endpoint, options);
  GARDEROBE_RETURN_IF_ERROR(
      Diagnosed(report.status(), endpoint.ttpd, endpoint.tls));
  GARDEROBE_ASSIGN_OR_RETURN(const json out,
                             Store(context, deployment, client, *report));
  if (context.form.json) std::cout << out.dump() << "\n";
  return absl::OkStatus();
}

struct ReceiptArguments {
  std::string institution, client;
  uint32_t wait_seconds = 600;
};

// Every request of an institution that has no receipts yet, once more.
absl::Status FetchReceipts(Context& context,
                           const ReceiptArguments& arguments) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::string client,
      deployment.ClientFor(arguments.institution, arguments.client));
  GARDEROBE_ASSIGN_OR_RETURN(const Endpoint endpoint,
                             deployment.EndpointOf(client));
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(endpoint.tls));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto requests,
      PendingRights(deployment.client_state(client)).List());
  json done = json::array();
  absl::Status first_error;
  for (const v1::ExerciseRightRequest& request : requests) {
    if (request.institution() != arguments.institution) continue;
    RightOptions options =
        OptionsFor(deployment, request.institution(), client);
    options.patience = std::chrono::seconds(arguments.wait_seconds);
    const auto report = FinishRight(endpoint, options, request);
    if (report.ok()) {
      GARDEROBE_ASSIGN_OR_RETURN(done.emplace_back(),
                                 Store(context, deployment, client, *report));
      continue;
    }
    std::cerr << fmt::format(
        "{} {}: {}\n", RightName(static_cast<VisitorRight>(request.right())),
        ToHex(AsBytes(request.request_id())), Message(report.status()));
    first_error.Update(report.status());
  }
  if (context.form.json) {
    std::cout << done.dump() << "\n";
  } else if (done.empty() && first_error.ok()) {
    std::cout << "no receipts are due\n";
  }
  return Diagnosed(first_error, endpoint.ttpd, endpoint.tls);
}

absl::Status PrintAccessKey(Context& context, const std::string& institution) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto key,
      ReadSecret<InstitutionHandleKey>(deployment.handle_key(institution),
                                       "institution-handle"));
  const std::string hex = ToHex(PublicKeyOf(AccessKeyOf(key)).bytes());
  return Print(context.form, {{{"access_key", hex}}, hex});
}

void AddAccessKeyCommand(CLI::App& app, Context& context) {
  auto institution = std::make_shared<std::string>();
  auto* command = app.add_subcommand(
      "access-key",
      "print the key that answers to `access` are sealed to, for the register");
  command->add_option("--institution", *institution, "id in the register")
      ->required();
  command->callback([&context, institution] {
    const absl::Status status = PrintAccessKey(context, *institution);
    if (!status.ok()) context.Fail(status);
  });
}

void AddWait(CLI::App* command, uint32_t* seconds) {
  command
      ->add_option("--wait", *seconds,
                   "how long to wait for the receipts, s; the request is kept "
                   "and `garderobe receipts` asks again")
      ->capture_default_str()
      ->check(CLI::Range(1, 86400));
}

void AddReceiptsCommand(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<ReceiptArguments>();
  auto* command = app.add_subcommand(
      "receipts", "fetch the receipts of rights that were asked and not done");
  command
      ->add_option("--institution", arguments->institution,
                   "on whose behalf, an id of the register")
      ->required();
  command->add_option("--client", arguments->client,
                      "who asked; needed only where it is not clear");
  AddWait(command, &arguments->wait_seconds);
  command->footer(
      "A request is kept until both receipts are here, whatever ends in "
      "between.\nExample: garderobe receipts --institution museum-01");
  command->callback([&context, arguments] {
    const absl::Status status = FetchReceipts(context, *arguments);
    if (!status.ok()) context.Fail(status);
  });
}

}  // namespace

void AddRightsCommands(CLI::App& app, Context& context) {
  AddAccessKeyCommand(app, context);
  AddReceiptsCommand(app, context);
  struct Command {
    VisitorRight right;
    const char *name, *what;
  };
  for (const Command& one : std::initializer_list<Command>{
           {VisitorRight::kErase, "erase",
            "remove a customer, or a visitor everywhere, with a receipt"},
           {VisitorRight::kAccess, "access",
            "show what vault and aggregator keep of a customer"},
           {VisitorRight::kObject, "object",
            "a visitor objects: visits count without a person from now on"},
           {VisitorRight::kWithdraw, "withdraw",
            "take an objection back that this institution lodged"}}) {
    auto arguments = std::make_shared<RightArguments>();
    arguments->right = one.right;
    auto* command = app.add_subcommand(one.name, one.what);
    command
        ->add_option("--institution", arguments->institution,
                     "on whose behalf, an id of the register")
        ->required();
    command->add_option("--client", arguments->client,
                        "who asks, a client of the register; needed only where "
                        "it is not clear");
    command->add_option("--customer", arguments->customer,
                        "the institution's own customer number");
    if (one.right != VisitorRight::kAccess) {
      command->add_option(
          "--identity", arguments->identity,
          "a JSON object with what the visitor gave (email, phone, last_name, "
          "...), a file or - for standard input; the receipt is the same "
          "whether anybody is known by it or not");
      command->add_option("--own-domain", arguments->own_domains, "as for send")
          ->allow_extra_args(false);
    }
    if (one.right == VisitorRight::kWithdraw) {
      command->add_flag("--without-secret", arguments->without_secret,
                        "two custodians stand in for the secret, which the "
                        "handle key gives; the request waits for them, and "
                        "`garderobe receipts` brings it again");
      command->add_option("--receipt", arguments->receipt,
                          "with --without-secret, in place of --customer: the "
                          "stored receipt of the objection, which names the "
                          "customer where the handle key is another one now");
    }
    AddWait(command, &arguments->wait_seconds);
    command->footer(fmt::format(
        "Example: garderobe {} --institution museum-01 --customer 1234",
        one.name));
    command->callback([&context, arguments] {
      const absl::Status status = Exercise(context, *arguments);
      if (!status.ok()) context.Fail(status);
    });
  }
}

}  // namespace garderobe::client
