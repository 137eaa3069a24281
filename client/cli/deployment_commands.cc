#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "client/cli/command.h"
#include "client/service_call.h"
#include "garderobe/v1/common.grpc.pb.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

struct PartyStatus {
  std::string name;
  absl::Status reached;
  v1::GetStatusResponse status;
};

PartyStatus AskParty(const Deployment& deployment, const Party& party) {
  PartyStatus result{std::string(party.name), absl::OkStatus(), {}};
  result.reached = CallService<v1::StatusService>(
      deployment.daemon(party.name), deployment.coordinator_tls(),
      std::chrono::seconds(3), &v1::StatusService::Stub::GetStatus, {},
      &result.status);
  return result;
}

absl::Status Status(Context& context) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  const absl::Status may_ask = CheckTlsFiles(deployment.coordinator_tls());
  if (!may_ask.ok()) {
    return FailedPrecondition("status is for the coordinating body: {}",
                              Message(may_ask));
  }
  // All at once: one that is away takes seconds to be found so.
  std::vector<std::future<PartyStatus>> answers;
  for (const Party& party : deployment.programs()) {
    answers.push_back(std::async(std::launch::async, [&deployment, party] {
      return AskParty(deployment, party);
    }));
  }
  nlohmann::json parties;
  Page page = Page::Table({"party", "ready", "version", "epoch", "cert days",
                           "free GiB", "detail"});
  for (auto& answer : answers) {
    const PartyStatus asked = answer.get();
    const bool ready = asked.reached.ok() && asked.status.ready();
    const std::string detail = asked.reached.ok()
                                   ? asked.status.detail()
                                   : std::string(Message(asked.reached));
    if (!ready) context.exit = kUnreachable;
    parties[asked.name] = {
        {"ready", ready},
        {"version", asked.status.version()},
        {"epoch", asked.status.epoch()},
        {"detail", detail},
        {"certificate_days_left", asked.status.certificate_days_left()},
        {"disk_free_bytes", asked.status.disk_free_bytes()}};
    page.Add({asked.name, std::string(ready ? "yes" : "NO"),
              asked.status.version(), static_cast<double>(asked.status.epoch()),
              static_cast<double>(asked.status.certificate_days_left()),
              static_cast<double>(asked.status.disk_free_bytes() >> 30),
              detail});
  }
  page.json = {{"parties", parties}};
  return Print(context.form, page);
}

}  // namespace

void AddDeploymentCommands(CLI::App& app, Context& context) {
  auto folder = std::make_shared<std::string>();
  auto* init = app.add_subcommand(
      "init",
      "make a complete local deployment: authority, certificates, "
      "keys, a configuration for each party, two example institutions");
  init->footer("Example: garderobe init ~/garderobe");
  init->add_option("DIR", *folder, "an empty or new folder")->required();
  auto first_port = std::make_shared<int>(0);
  init->add_option(
      "--first-port", *first_port,
      fmt::format("listen on this port of 127.0.0.1 and the {} after it "
                  "(default: on ports that are free now)",
                  Deployment::kPorts - 1));
  init->callback([&context, folder, first_port] {
    const absl::Status status = Deployment::Init(*folder, *first_port);
    if (!status.ok()) return context.Fail(status);
    const absl::Status printed =
        Print(context.form, {{{"deployment", *folder}},
                             fmt::format("made a deployment in {0}\nnext: "
                                         "garderobe up {0}",
                                         *folder)});
    if (!printed.ok()) context.Fail(printed);
  });

  // `up DIR`, or the deployment that is named otherwise.
  auto with_deployment = [&context, folder](auto work) {
    return [&context, folder, work] {
      if (!folder->empty()) context.deployment = *folder;
      auto deployment = context.OpenDeployment();
      if (!deployment.ok()) return context.Fail(deployment.status());
      const absl::Status status = work(*deployment);
      if (!status.ok()) context.Fail(status);
    };
  };
  auto foreground = std::make_shared<bool>(false);
  auto* up = app.add_subcommand(
      "up", "start the daemons that do not run; returns when all are ready");
  up->add_option("DIR", *folder, "the deployment's folder");
  up->add_flag("--foreground", *foreground,
               "stay, and end them on an interrupt");
  up->footer("Example: garderobe up ~/garderobe");
  up->callback(with_deployment([foreground](const Deployment& deployment) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    const absl::Status status = deployment.Up();
    if (!status.ok() || !*foreground) return status;
    std::cerr << "all parties are ready; interrupt to end them\n";
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    int signal = 0;
    sigwait(&ends, &signal);
    return deployment.Down();
  }));
  auto* down = app.add_subcommand("down", "end the daemons of a deployment");
  down->add_option("DIR", *folder, "the deployment's folder");
  down->callback(with_deployment(
      [](const Deployment& deployment) { return deployment.Down(); }));

  auto certificate = std::make_shared<std::string>();
  auto* pin = app.add_subcommand(
      "pin",
      "the key of a certificate, as settings `peers` and the register name it");
  pin->add_option("FILE", *certificate, "a PEM certificate")->required();
  pin->footer("Example: garderobe pin clients/vendor-a/certificate.pem");
  pin->callback([&context, certificate] {
    const auto key = KeyPinOfFile(*certificate);
    if (!key.ok()) return context.Fail(key.status());
    const absl::Status printed =
        Print(context.form, {{{"pin", ToHex(*key)}}, ToHex(*key)});
    if (!printed.ok()) context.Fail(printed);
  });

  app.add_subcommand("status",
                     "reachability, version, epoch, certificate and disk of "
                     "every party")
      ->callback([&context] {
        const absl::Status status = Status(context);
        if (!status.ok()) context.Fail(status);
      });
}

}  // namespace garderobe::client
