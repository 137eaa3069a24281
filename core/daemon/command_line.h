// The command line that every daemon has.
#ifndef GARDEROBE_CORE_DAEMON_COMMAND_LINE_H_
#define GARDEROBE_CORE_DAEMON_COMMAND_LINE_H_

#include <functional>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/config/settings.h"

namespace garderobe {

// What a daemon does with its command line.
struct DaemonProgram {
  std::string name;
  // Whether the settings that were read are in order.
  std::function<absl::Status()> check;
  // Serves until it is told to stop.
  std::function<absl::Status()> run;
  // Writes fresh keys into a folder and returns the key, hex, that others pin;
  // empty for a daemon without keys.
  std::function<absl::StatusOr<std::string>(const std::string&)> generate_keys;
  // Removes the missing parts from the inventory, so that the next start
  // creates them, and returns their paths. Null for a daemon without an
  // inventory.
  std::function<absl::StatusOr<std::vector<std::string>>()> give_up_missing;
  // What else it does instead of serving, with the settings read: an option
  // with one argument.
  struct Action {
    std::string option;    // "--estimate"
    std::string argument;  // "FILE" or "FOLDER": a path; or another word
    std::string meaning;
    std::function<absl::Status(const std::string& argument)> act;
  };
  std::vector<Action> actions = {};
};

// The command line that every daemon has: --config, --check-config,
// --example-config, --generate-keys, --create-store, --version, --help. Calls
// `run` with the settings read and the configuration's folder as working
// directory. The process's exit status.
int DaemonMain(int argc, char** argv, Settings& settings,
               const DaemonProgram& program);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_COMMAND_LINE_H_
