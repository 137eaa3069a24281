// How somebody with a machine of their own comes to a certificate: `enroll`
// there, `admin certify` where the authority is. Private keys never travel.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "client/cli/command.h"
#include "client/deploy/authority.h"
#include "client/deploy/enroll.h"
#include "core/base/files.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

struct WhoArguments {
  std::string client, analyst;

  void AddTo(CLI::App& command) {
    auto* delivers = command.add_option("--client", client,
                                        "who delivers, a client of the "
                                        "register");
    command
        .add_option("--analyst", analyst,
                    "who asks, an institution of the register")
        ->excludes(delivers);
  }
  [[nodiscard]] absl::StatusOr<Peer> Who() const {
    if (client.empty() == analyst.empty()) {
      return InvalidArgument(
          "whose certificate? --client NAME or --analyst "
          "INSTITUTION");
    }
    if (client.empty()) return Peer{Role::kAnalyst, analyst};
    return Peer{Role::kClient, client};
  }
};

json JsonOf(const Enrolled& enrolled) {
  json institutions = json::array();
  for (const EnrolledInstitution& institution : enrolled.institutions) {
    institutions.push_back({{"id", institution.id},
                            {"author_key", institution.author_key},
                            {"access_key", institution.access_key}});
  }
  return {{"certificate_folder", enrolled.certificate_folder},
          {"pin", ToHex(enrolled.pin)},
          {"institutions", institutions}};
}

absl::Status RunEnroll(const Context& context, const WhoArguments& who,
                       const std::vector<std::string>& institutions) {
  if (context.deployment.empty()) {
    return InvalidArgument(
        "where? Name a new folder with --deployment DIR or "
        "GARDEROBE_DEPLOYMENT");
  }
  GARDEROBE_ASSIGN_OR_RETURN(const Peer peer, who.Who());
  GARDEROBE_ASSIGN_OR_RETURN(const Enrolled enrolled,
                             Enroll(context.deployment, peer, institutions));
  const std::string& folder = enrolled.certificate_folder;
  std::string text =
      "To the coordinating body: " + folder +
      "/certificate-request.pem, and for the register:\n\n" +
      RegisterLines(peer, enrolled) +
      "\nRead the keys to it by another way as well. What comes back goes to\n"
      "  " +
      folder + "/certificate.pem\n  " + folder + "/authority.pem\n  " +
      context.deployment + "/client.toml\n";
  for (const EnrolledInstitution& institution : enrolled.institutions) {
    text += fmt::format(
        "\nKeep a copy of {}/institutions/{}/handle.key in a safe place: "
        "without it all lines\nof {} count twice. If {} has delivered before, "
        "put the key of then in its place and run\nthis again.\n",
        context.deployment, institution.id, institution.id, institution.id);
  }
  return Print(context.form, {JsonOf(enrolled), std::move(text)});
}

void AddEnroll(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "enroll",
      "on a machine of your own: make keys, and a request for a certificate");
  auto who = std::make_shared<WhoArguments>();
  auto institutions = std::make_shared<std::vector<std::string>>();
  who->AddTo(*command);
  command->add_option("--institution", *institutions,
                      "for whom the client delivers; more than once for more");
  command->footer(
      "Example: garderobe enroll --deployment g --client vendor-a "
      "--institution museum-01");
  command->callback([&context, who, institutions] {
    const absl::Status status = RunEnroll(context, *who, *institutions);
    if (!status.ok()) context.Fail(status);
  });
}

absl::Status RunCertify(const Context& context, const WhoArguments& who,
                        const std::string& request, const std::string& out) {
  GARDEROBE_ASSIGN_OR_RETURN(const Peer peer, who.Who());
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(const Authority authority,
                             Authority::Open(deployment.folder() + "/ca"));
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(request));
  const auto made = authority.Certify(text, peer);
  if (!made.ok()) return Annotate(made.status(), request);
  GARDEROBE_ASSIGN_OR_RETURN(const KeyPin pin, KeyPinOfPem(*made));
  GARDEROBE_RETURN_IF_ERROR(CreateFile(out, *made, 0644));
  return Print(
      context.form,
      {{{"certificate", out}, {"pin", ToHex(pin)}},
       fmt::format("certified {0} in {1}\nkey {2}\nIt goes beside the private "
                   "key as certificate.pem, with {3}/ca/authority.pem and\n"
                   "{3}/client.toml (without its section [local]). It is "
                   "refused until the register\nholds this key.",
                   PeerUri(peer), out, ToHex(pin), deployment.folder())});
}

void AddCertify(CLI::App& admin, Context& context) {
  auto* command = admin.add_subcommand(
      "certify", "make a certificate of what `garderobe enroll` asked for");
  auto who = std::make_shared<WhoArguments>();
  auto request = std::make_shared<std::string>();
  auto out = std::make_shared<std::string>("certificate.pem");
  who->AddTo(*command);
  command->add_option("REQUEST", *request, "certificate-request.pem")
      ->required();
  command->add_option("--out", *out, "the certificate; a new file")
      ->capture_default_str();
  command->footer(
      "Example: garderobe admin certify certificate-request.pem --client "
      "vendor-a --out vendor-a.pem\nOf the request only its key is believed: "
      "who it is for, you say.");
  command->callback([&context, who, request, out] {
    const absl::Status status = RunCertify(context, *who, *request, *out);
    if (!status.ok()) context.Fail(status);
  });
}

}  // namespace

void AddEnrollCommands(CLI::App& app, Context& context) {
  AddEnroll(app, context);
  AddCertify(*app.get_subcommand("admin"), context);
}

}  // namespace garderobe::client
