// The agent, and how it is asked how far it is.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "client/agent/agent.h"
#include "client/agent/agent_call.h"
#include "client/cli/command.h"
#include "client/orders/words.h"
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/rpc/tls.h"
#include "nlohmann/json.hpp"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace garderobe::client {
namespace {

using nlohmann::json;

struct AgentArguments {
  std::string config;  // path
  std::string listen, socket, client;
  std::vector<std::string> institutions;
};

// The configuration, and over it what the command line says.
absl::StatusOr<AgentConfig> ConfigOf(const Deployment& deployment,
                                     const AgentArguments& arguments) {
  AgentConfig config;
  GARDEROBE_RETURN_IF_ERROR(
      ReadAgentConfig(deployment.folder(), arguments.config, &config));
  if (!arguments.listen.empty()) config.listen = arguments.listen;
  if (!arguments.socket.empty()) config.socket = arguments.socket;
  if (!arguments.client.empty()) config.client = arguments.client;
  if (!arguments.institutions.empty()) {
    config.institutions = arguments.institutions;
    std::sort(config.institutions.begin(), config.institutions.end());
    config.institutions.erase(
        std::unique(config.institutions.begin(), config.institutions.end()),
        config.institutions.end());
  }
  if (config.listen.empty() && config.socket.empty()) {
    return InvalidArgument(
        "nowhere to take rows: listen.address and listen.socket are empty");
  }
  return config;
}

// All whose keys are in the deployment, where none are named.
std::vector<std::string> InstitutionsOf(const Deployment& deployment,
                                        const AgentConfig& config) {
  if (!config.institutions.empty()) return config.institutions;
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(
           deployment.folder() + "/institutions", error)) {
    const std::string name = entry.path().filename().string();
    if (std::filesystem::exists(deployment.handle_key(name), error) &&
        std::filesystem::exists(deployment.author_key(name), error)) {
      names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

// One client delivers for all of them.
absl::StatusOr<std::string> ClientOf(const Deployment& deployment,
                                     const AgentConfig& config) {
  const std::vector<std::string> institutions =
      InstitutionsOf(deployment, config);
  if (institutions.empty()) {
    return FailedPrecondition(
        "{}: no institution has its keys here; `garderobe enroll` makes them",
        deployment.folder());
  }
  std::string client;
  for (const std::string& institution : institutions) {
    GARDEROBE_ASSIGN_OR_RETURN(
        const std::string one,
        deployment.ClientFor(institution, config.client));
    if (!client.empty() && one != client) {
      return InvalidArgument(
          "{} delivers for {}, and {} for others here: name one with --client, "
          "and its institutions with --institution",
          one, institution, client);
    }
    client = one;
  }
  return client;
}

std::string AgentFolder(const Deployment& deployment,
                        const std::string& client) {
  return deployment.folder() + "/clients/" + client + "/agent";
}

std::shared_ptr<spdlog::logger> AgentLog() {
  auto log = spdlog::stderr_logger_mt("agent");
  log->set_level(spdlog::level::info);
  log->set_pattern("%Y-%m-%dT%H:%M:%S%z %v");
  log->flush_on(spdlog::level::info);
  return log;
}

absl::Status RunAgent(const Context& context, const AgentArguments& arguments) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  AgentSetup setup;
  GARDEROBE_ASSIGN_OR_RETURN(setup.config, ConfigOf(deployment, arguments));
  GARDEROBE_ASSIGN_OR_RETURN(const std::string client,
                             ClientOf(deployment, setup.config));
  GARDEROBE_ASSIGN_OR_RETURN(setup.endpoint, deployment.EndpointOf(client));
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(setup.endpoint.tls));
  setup.folder = AgentFolder(deployment, client);
  setup.state = deployment.client_state(client);
  for (const std::string& id : InstitutionsOf(deployment, setup.config)) {
    setup.institutions.push_back(
        {id, deployment.handle_key(id), deployment.author_key(id)});
  }
  const auto log = AgentLog();
  setup.log = [log](const std::string& line) {
    log->info(Printable(line, 500));
  };
  const std::string listen = setup.config.listen;
  const std::string socket = setup.config.socket;
  const std::string folder = setup.folder;
  const size_t count = setup.institutions.size();
  // Before any thread begins, so that this one alone gets them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  GARDEROBE_ASSIGN_OR_RETURN(const auto agent, Agent::Start(std::move(setup)));
  log->info("{} delivers for {} institution(s); {} rows wait", client, count,
            agent->waiting());
  if (!listen.empty()) {
    log->info("takes rows at http://{}, with the token in {}/agent.token",
              listen, folder);
  }
  if (!socket.empty()) log->info("takes rows at {}", socket);
  int signal = 0;
  sigwait(&ends, &signal);
  log->info("ends; {} rows wait for the next start", agent->waiting());
  // What was acknowledged is on the disk. A delivery that is under way ends as
  // it would at a kill, which loses nothing, and needs no hour for a crowd.
  log->flush();
  std::cout.flush();
  std::quick_exit(kDone);
}

// One line an institution, and below it what hinders.
Page StatusPage(json status) {
  Page page = Page::Table({"institution", "stored", "refused", "waiting",
                           "customers", "complete until"});
  for (const json& one : status["institutions"]) {
    const json& until = one["complete_until"];
    page.Add({one["institution"].get<std::string>(),
              one["stored"].get<double>(), one["refused"].get<double>(),
              one["waiting"].get<double>(),
              one["customers_waiting"].get<double>(),
              until.is_string() ? until.get<std::string>() : "-"});
    for (const char* what : {"visits", "customers"}) {
      const std::string why =
          one.value(std::string(what) + "_hindered_by", std::string());
      if (!why.empty()) page.Note(fmt::format("  {} wait: {}", what, why));
    }
  }
  for (const json& one : status.value("folders", json::array())) {
    const std::string why = one.value("hindered_by", std::string());
    if (why.empty()) continue;
    page.Say(fmt::format("{} of {} waits: {}", one.value("path", ""),
                         one.value("institution", ""), why));
  }
  page.json = std::move(status);
  return page;
}

absl::Status AskStatus(const Context& context,
                       const AgentArguments& arguments) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(const AgentConfig config,
                             ConfigOf(deployment, arguments));
  GARDEROBE_ASSIGN_OR_RETURN(const std::string client,
                             ClientOf(deployment, config));
  std::string token;
  const auto kept =
      ReadWholeFile(AgentFolder(deployment, client) + "/agent.token");
  // Only a socket is asked without.
  if (!kept.ok() && !config.listen.empty()) {
    return Annotate(kept.status(), "the agent's token");
  }
  if (kept.ok()) token = TrimField(*kept);
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text,
                             AskAgent(config, token, "/v1/status"));
  json status = json::parse(text, nullptr, /*allow_exceptions=*/false);
  try {
    return Print(context.form, StatusPage(std::move(status)));
  } catch (const json::exception&) {
    return Internal("what answers is no agent, or one of another version");
  }
}

void AddAgentOptions(CLI::App& command, AgentArguments& arguments) {
  command.add_option("--config", arguments.config,
                     "its configuration; agent.toml of the deployment where "
                     "that is there");
  command.add_option("--listen", arguments.listen,
                     "address and port on loopback (127.0.0.1:7480)");
  command.add_option("--socket", arguments.socket,
                     "path of a socket, for the agent's own user");
  command.add_option("--client", arguments.client,
                     "who delivers; needed only where it is not clear");
  command.add_option("--institution", arguments.institutions,
                     "for whom; more than once for more; all whose keys are "
                     "here where none is named");
}

}  // namespace

void AddAgentCommands(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<AgentArguments>();
  auto* agent = app.add_subcommand(
      "agent",
      "a service on your own machine: takes rows over HTTP, keeps and delivers "
      "them");
  auto example = std::make_shared<bool>(false);
  AddAgentOptions(*agent, *arguments);
  agent->add_flag("--example-config", *example,
                  "print a commented agent.toml and end");
  agent->footer(
      "Examples:\n  garderobe agent --institution museum-01\n"
      "  garderobe agent status\n"
      "docs/agent.md has the rest, with clients in PHP, C#, Python and "
      "JavaScript.");
  agent->require_subcommand(0, 1);
  auto* status = agent->add_subcommand(
      "status", "how far an agent that runs has delivered, by institution");
  AddAgentOptions(*status, *arguments);
  status->footer("Example: garderobe agent status");
  status->callback([&context, arguments] {
    const absl::Status asked = AskStatus(context, *arguments);
    if (!asked.ok()) context.Fail(asked);
  });
  agent->callback([&context, arguments, example, agent] {
    if (!agent->get_subcommands().empty()) return;
    if (*example) {
      AgentConfig config;
      std::cout << config.Table().Example();
      return;
    }
    const absl::Status ran = RunAgent(context, *arguments);
    if (!ran.ok()) context.Fail(ran);
  });
}

}  // namespace garderobe::client
