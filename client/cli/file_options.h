// What every command that reads an export takes: the file, its mapping, and
// the files that it is joined with; and how it tells of refused rows.
#ifndef GARDEROBE_CLIENT_CLI_FILE_OPTIONS_H_
#define GARDEROBE_CLIENT_CLI_FILE_OPTIONS_H_

#include <string>
#include <vector>

#include "client/cli/page.h"
#include "client/orders/order_file.h"
#include "nlohmann/json.hpp"

namespace CLI {
class App;
}

namespace garderobe::client {

struct FileArguments {
  OrderFileOptions input;
  std::vector<std::string> with;  // NAME=FILE
  std::vector<std::string> set;   // COLUMN=VALUE
  std::vector<std::string> own_domains;

  // Fills `input.with` and `input.set`. InvalidArgument: one is not NAME=FILE,
  // or not COLUMN=VALUE.
  [[nodiscard]] absl::Status Finish();
};

// Adds --mapping, --with, --set and --own-domain. `arguments` outlives the
// app's run.
void AddFileOptions(CLI::App& command, FileArguments& arguments);

nlohmann::json RefusalsJson(const std::vector<Refusal>& refusals);
// Names of columns, one after the other, as they may be shown.
std::string ListedNames(const std::vector<std::string>& names);

// The first 20, by line, and how many more there are, a line each.
std::string RefusalLines(const std::vector<Refusal>& refusals);

// What a file came to: the object, its refused rows as the table, and `text`
// for people.
Page FilePage(nlohmann::json json, const std::vector<Refusal>& refused,
              std::string text);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CLI_FILE_OPTIONS_H_
