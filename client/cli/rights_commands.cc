#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "client/cli/command.h"
#include "client/rights.h"
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
  std::string institution, client, customer, identity;
  std::vector<std::string> own_domains;
};

absl::StatusOr<std::string> ReadAll(const std::string& path) {
  constexpr size_t kBytesMax = 1 << 16;
  std::string text(kBytesMax + 1, '\0');
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::istream& in = path == "-" ? std::cin : file;
  if (!in) return NotFound("cannot open {}", path);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kBytesMax) {
    return InvalidArgument("{} is larger than 64 KiB", path);
  }
  return text;
}

// The fields of a person, by the names of columns.
absl::StatusOr<std::map<std::string, std::string>> ReadIdentity(
    const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text, ReadAll(path));
  static const std::set<std::string> kNames = {"email",
                                               "phone",
                                               "pass",
                                               "first_name",
                                               "last_name",
                                               "birth_date",
                                               "country",
                                               "postcode",
                                               "street",
                                               "house_number",
                                               "house_number_addition",
                                               "city"};
  const json fields = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!fields.is_object()) {
    return InvalidArgument(
        "--identity is a JSON object, such as {{\"email\": ..., "
        "\"last_name\": ...}}");
  }
  std::map<std::string, std::string> values;
  for (const auto& [name, value] : fields.items()) {
    if (!kNames.contains(name) || !value.is_string()) {
      return InvalidArgument(
          "--identity: {} is none of email, phone, pass, first_name, "
          "last_name, birth_date, country, postcode, street, house_number, "
          "house_number_addition and city, with a text",
          kNames.contains(name) ? name : "a name");
    }
    values[name] = value.get<std::string>();
  }
  return values;
}

json ReceiptJson(const RightReport& report, VisitorRight right) {
  json receipts = json::array();
  for (const StoredReceipt& one : report.receipts) {
    receipts.push_back({{"party", one.receipt.party},
                        {"unix_seconds", one.receipt.unix_seconds},
                        {"body", ToHex(AsBytes(one.body))},
                        {"signature", ToHex(AsBytes(one.signature))}});
  }
  return {{"right", RightName(right)},
          {"request_id", ToHex(AsBytes(report.request_id.view()))},
          {"receipts", receipts}};
}

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
  GARDEROBE_RETURN_IF_ERROR(CreateFile(path, receipt.dump(2) + "\n", 0600));
  return path;
}

void Print(const RightReport& report, VisitorRight right, bool of_customer,
           const std::string& stored) {
  for (const std::string& held : report.held) {
    std::cout << json::parse(held).dump(2) << "\n";
  }
  if (of_customer && right == VisitorRight::kErase) {
    std::cout << fmt::format("{} relation(s) and {} visit(s) removed\n",
                             report.relations_removed, report.visits_removed);
  }
  if (right == VisitorRight::kWithdraw) {
    std::cout << "what this institution lodged with these particulars does not "
                 "stand any more; what others lodged does\n";
  }
  for (const std::string& reason : report.unusable) {
    std::cout << "  not used: " << reason << "\n";
  }
  std::cout << fmt::format(
      "done, whether the visitor was known or not; receipts of {} parties: "
      "{}\n",
      report.receipts.size(), stored);
}

absl::Status Exercise(Context& context, const RightArguments& arguments) {
  if (arguments.customer.empty() == arguments.identity.empty()) {
    return InvalidArgument(
        "of whom? Give either --customer ID or --identity FILE");
  }
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::string client,
      deployment.ClientFor(arguments.institution, arguments.client));
  GARDEROBE_ASSIGN_OR_RETURN(const Endpoint endpoint,
                             deployment.EndpointOf(client));
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(endpoint.tls));
  RightOptions options;
  options.institution = arguments.institution;
  options.handle_key = deployment.handle_key(arguments.institution);
  options.state = deployment.client_state(client);
  options.right = arguments.right;
  options.customer = arguments.customer;
  options.own_domains = arguments.own_domains;
  std::map<std::string, std::string> fields;
  if (!arguments.identity.empty()) {
    GARDEROBE_ASSIGN_OR_RETURN(fields, ReadIdentity(arguments.identity));
    options.identity = {fields["email"],
                        fields["phone"],
                        fields["pass"],
                        fields["first_name"],
                        fields["last_name"],
                        fields["birth_date"],
                        fields["country"],
                        fields["postcode"],
                        fields["street"],
                        fields["house_number"],
                        fields["house_number_addition"],
                        fields["city"]};
  }
  auto report = ExerciseRight(endpoint, options);
  GARDEROBE_RETURN_IF_ERROR(
      Diagnosed(report.status(), endpoint.ttpd, endpoint.tls));
  const json receipt = ReceiptJson(*report, arguments.right);
  GARDEROBE_ASSIGN_OR_RETURN(const std::string stored,
                             StoreReceipt(deployment, client, receipt));
  if (!context.json) {
    Print(*report, arguments.right, !arguments.customer.empty(), stored);
    return absl::OkStatus();
  }
  json out = {{"receipt", receipt},
              {"stored", stored},
              {"relations_removed", report->relations_removed},
              {"visits_removed", report->visits_removed},
              {"not_used", report->unusable}};
  if (!report->held.empty()) {
    out["held"] = json::array();
    for (const std::string& held : report->held) {
      out["held"].push_back(json::parse(held));
    }
  }
  std::cout << out.dump() << "\n";
  return absl::OkStatus();
}

absl::Status PrintAccessKey(Context& context, const std::string& institution) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto key,
      ReadSecret<InstitutionHandleKey>(deployment.handle_key(institution),
                                       "institution-handle"));
  const std::string hex = ToHex(PublicKeyOf(AccessKeyOf(key)).bytes());
  std::cout << (context.json ? nlohmann::json{{"access_key", hex}}.dump() : hex)
            << "\n";
  return absl::OkStatus();
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

}  // namespace

void AddRightsCommands(CLI::App& app, Context& context) {
  AddAccessKeyCommand(app, context);
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
