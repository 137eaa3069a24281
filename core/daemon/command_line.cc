#include "core/daemon/command_line.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "core/base/version.h"
#include "spdlog/spdlog.h"

namespace garderobe {
namespace {

void ForbidCoreDumps() {
  const struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace

int DaemonMain(int argc, char** argv, Settings& settings,
               const DaemonProgram& program) {
  const std::string& name = program.name;
  // Before a key is read or a file is made.
  ForbidCoreDumps();
  umask(077);
  CLI::App app(name + ", a daemon of Garderobe", name);
  app.set_version_flag("--version", std::string(kVersion));
  app.footer("Example:\n  " + name + " --config /etc/garderobe/" + name +
             ".toml");
  std::string config, keys;
  bool check_only = false, example = false;
  app.add_option("--config", config, "the configuration, a TOML file");
  app.add_flag("--check-config", check_only,
               "say whether the configuration is in order, and stop");
  app.add_flag("--example-config", example,
               "print every setting with its default and meaning, and stop");
  if (program.generate_keys) {
    app.add_option("--generate-keys", keys,
                   "write fresh keys into this folder, print the key that "
                   "others pin, and stop");
  }
  bool create_store = false;
  if (program.give_up_missing) {
    app.add_flag("--create-store", create_store,
                 "let the next start begin anew what is missing of the data "
                 "that these keys were used with, and stop");
  }
  std::vector<std::string> arguments(program.actions.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    const DaemonProgram::Action& action = program.actions[i];
    app.add_option(action.option, arguments[i], action.meaning)
        ->type_name(action.argument);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (example) {
    std::cout << settings.Example();
    return 0;
  }
  auto fail = [&](const absl::Status& status, int code) {
    std::cerr << name << ": " << Message(status) << "\n";
    return code;
  };
  if (!keys.empty()) {
    const auto pin = program.generate_keys(keys);
    if (!pin.ok()) return fail(pin.status(), 1);
    std::cout << *pin << "\n";
    return 0;
  }
  if (config.empty()) return fail(InvalidArgument("--config is missing"), 2);
  if (auto status = settings.ReadFile(config); !status.ok()) {
    return fail(status, 2);
  }
  std::error_code error;
  const auto start = std::filesystem::current_path(error);
  const auto folder = std::filesystem::absolute(config).parent_path();
  std::filesystem::current_path(folder, error);
  if (error)
    return fail(FailedPrecondition("cannot enter {}", folder.string()), 2);
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].empty()) continue;
    // The program has gone into the folder of its configuration.
    const std::string& argument = program.actions[i].argument;
    const bool is_path = argument == "FILE" || argument == "FOLDER";
    const absl::Status done = program.actions[i].act(
        is_path ? (start / arguments[i]).string() : arguments[i]);
    return done.ok() ? 0 : fail(done, 1);
  }
  if (create_store) {
    const auto missing = program.give_up_missing();
    if (!missing.ok()) return fail(missing.status(), 1);
    for (const std::string& place : *missing) {
      std::cout << place << " is given up; the next start makes a new one\n";
    }
    return 0;
  }
  if (check_only) {
    if (auto status = program.check(); !status.ok()) return fail(status, 1);
    std::cout << "the configuration is in order\n";
    return 0;
  }
  if (auto status = program.run(); !status.ok()) {
    spdlog::error("event=failed reason=\"{}\"", Message(status));
    return fail(status, 1);
  }
  return 0;
}

}  // namespace garderobe
