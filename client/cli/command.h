// What the commands of `garderobe` share. One room per command family; each
// adds its subcommands to the app.
#ifndef GARDEROBE_CLIENT_CLI_COMMAND_H_
#define GARDEROBE_CLIENT_CLI_COMMAND_H_

#include <functional>
#include <memory>
#include <string>

#include "client/cli/page.h"
#include "client/deploy/deployment.h"
#include "core/base/status.h"

namespace CLI {
class App;
}

namespace garderobe::client {

// Exit statuses, the same for every command.
enum Exit : int {
  kDone = 0,
  kRefused = 1,  // by the service, or by a check
  kUsage = 2,
  kUnreachable = 3,
  kPartlyRefused = 4,
};

struct Context {
  std::string deployment;  // of --deployment or GARDEROBE_DEPLOYMENT
  PageForm form;           // how answers are printed
  int exit = kDone;        // what a command sets when it ran

  [[nodiscard]] absl::StatusOr<Deployment> OpenDeployment() const;
  // Prints the error and sets the exit status that goes with its code.
  void Fail(const absl::Status& status);
};

// Whether progress is shown: standard error is a terminal.
bool ShowsProgress();
// Replaces the progress line on standard error.
void ShowProgress(const std::string& line);
void ClearProgress();

void AddDeploymentCommands(CLI::App& app, Context& context);
void AddDeliveryCommands(CLI::App& app, Context& context);
void AddAgentCommands(CLI::App& app, Context& context);
void AddCheckCommand(CLI::App& app, Context& context);
void AddListCommand(CLI::App& app, Context& context);
void AddMappingCommands(CLI::App& app, Context& context);
void AddQueryCommands(CLI::App& app, Context& context);
void AddOwnCommands(CLI::App& query, Context& context);  // of `query`
void AddAdminCommands(CLI::App& app, Context& context);
void AddRightsCommands(CLI::App& app, Context& context);
// Behind AddAdminCommands.
void AddEnrollCommands(CLI::App& app, Context& context);
void AddConnectCommand(CLI::App& app, Context& context);
void AddConformanceCommand(CLI::App& app, Context& context);
void AddCustodianCommands(CLI::App& app, Context& context);
void AddBudgetCommands(CLI::App& app, Context& context);
void AddRetentionCommands(CLI::App& app, Context& context);
void AddVaultCommands(CLI::App& app, Context& context);
void AddAuditCommands(CLI::App& app, Context& context);
void AddSimulateCommand(CLI::App& app, Context& context);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CLI_COMMAND_H_
