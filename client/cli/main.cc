// garderobe: the command line of vendors, institutions, the coordinating body
// and auditors.
#include <sodium.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/command.h"
#include "client/orders/words.h"
#include "core/base/nearest.h"
#include "core/base/version.h"
#include "core/rpc/status_conversion.h"
#include "spdlog/spdlog.h"

namespace garderobe::client {

absl::StatusOr<Deployment> Context::OpenDeployment() const {
  if (deployment.empty()) {
    return InvalidArgument(
        "which deployment? Name it with --deployment DIR or "
        "GARDEROBE_DEPLOYMENT; `garderobe init DIR` makes one");
  }
  return Deployment::Open(deployment);
}

void Context::Fail(const absl::Status& status) {
  ClearProgress();
  std::cerr << "garderobe: " << Message(status) << "\n";
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      exit = kUnreachable;
      break;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
      exit = kUsage;
      break;
    default:
      exit = kRefused;
  }
}

bool ShowsProgress() { return isatty(2) != 0; }
void ShowProgress(const std::string& line) {
  if (ShowsProgress()) std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
}
void ClearProgress() {
  if (ShowsProgress()) std::fputs("\r\x1b[K", stderr);
}

void OptionsOf(const CLI::App& app, std::vector<std::string>* names) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names->push_back("--" + name);
    }
  }
}

// Says which option is none of the command that was given, and what it may have
// been.
void TellMisspelt(const CLI::App& app, int argc, char** argv) {
  const CLI::App* command = &app;
  std::vector<std::string> names;
  OptionsOf(app, &names);
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with('-')) {
      const auto below = command->get_subcommands(
          [&](const CLI::App* one) { return one->get_name() == word; });
      if (below.empty()) continue;
      command = below.front();
      OptionsOf(*command, &names);
      continue;
    }
    const std::string name(word.substr(0, word.find('=')));
    if (!name.starts_with("--") || name.size() == 2 ||
        std::find(names.begin(), names.end(), name) != names.end()) {
      continue;
    }
    std::cerr << fmt::format("there is no option {}; did you mean {}?\n",
                             Printable(name, 60), Nearest(name, names));
  }
}

int Main(int argc, char** argv) {
  if (sodium_init() < 0) {
    std::cerr << "garderobe: libsodium does not start\n";
    return kRefused;
  }
  // What goes wrong is told in our words.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  spdlog::set_level(spdlog::level::off);
  Context context;
  if (const char* folder = std::getenv("GARDEROBE_DEPLOYMENT")) {
    context.deployment = folder;
  }
  CLI::App app(
      "Garderobe: whom culture reaches, without anybody being able to tell "
      "who anybody is.",
      "garderobe");
  app.set_version_flag("--version", std::string("garderobe ") + kVersion);
  app.footer(
      "A first round:\n"
      "  garderobe init /tmp/g && export GARDEROBE_DEPLOYMENT=/tmp/g\n"
      "  garderobe up $GARDEROBE_DEPLOYMENT\n"
      "  garderobe simulate --institutions 8 --visits 10000 --out "
      "/tmp/country\n"
      "  garderobe admin institution import /tmp/country/register.toml\n"
      "  garderobe send /tmp/country/museum-01.csv --institution museum-01\n"
      "  garderobe query own visits --institution museum-01 --by month\n\n"
      "Exit status: 0 done, 1 refused, 2 wrong usage, 3 unreachable, 4 partly "
      "refused.");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--deployment", context.deployment,
                 "the deployment's folder (or GARDEROBE_DEPLOYMENT)");
  app.add_flag("--json", context.form.json,
               "one JSON object on standard output (docs/json.md)");
  app.add_flag(
      "--csv", context.form.csv,
      "an answer that is a table, comma separated, to standard output");
  app.add_option("--out", context.form.out,
                 "an answer that is a table, into a new file, .xlsx or .csv");
  AddDeploymentCommands(app, context);
  AddCheckCommand(app, context);
  AddListCommand(app, context);
  AddDeliveryCommands(app, context);
  AddAgentCommands(app, context);
  AddMappingCommands(app, context);
  AddQueryCommands(app, context);
  AddRightsCommands(app, context);
  AddAdminCommands(app, context);
  AddEnrollCommands(app, context);
  AddConnectCommand(app, context);
  AddConformanceCommand(app, context);
  AddCustodianCommands(app, context);
  AddBudgetCommands(app, context);
  AddRetentionCommands(app, context);
  AddVaultCommands(app, context);
  AddAuditCommands(app, context);
  AddSimulateCommand(app, context);
  try {
    app.parse(argc, argv);
    // A script must not take half an answer for a whole one.
    if (!std::cout.flush()) {
      std::cerr << "garderobe: standard output can't be written; is the disk "
                   "full?\n";
      return kUnreachable;
    }
  } catch (const std::bad_alloc&) {
    std::cerr << "garderobe: there is not enough memory for this\n";
    return kRefused;
  } catch (const CLI::ParseError& error) {
    const int shown = app.exit(error);
    if (shown == 0) return kDone;
    // The parser names the option that is missing, and not the misspelt one
    // that was meant to be it.
    TellMisspelt(app, argc, argv);
    return kUsage;
  } catch (const std::filesystem::filesystem_error& error) {
    // A folder that may not be entered, mostly.
    context.Fail(FailedPrecondition("{}: {}", error.path1().string(),
                                    error.code().message()));
  }
  return context.exit;
}

}  // namespace garderobe::client

int main(int argc, char** argv) { return garderobe::client::Main(argc, argv); }
