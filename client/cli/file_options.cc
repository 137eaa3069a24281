#include "client/cli/file_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <utility>

#include "client/orders/words.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {
constexpr size_t kRefusalsShown = 20;
}

absl::Status FileArguments::Finish() {
  for (const std::string& one : with) {
    const size_t equals = one.find('=');
    if (equals == one.npos || equals == 0 || equals + 1 == one.size()) {
      return InvalidArgument(
          "--with is NAME=FILE, such as contacts=people.csv");
    }
    input.with[one.substr(0, equals)] = one.substr(equals + 1);
  }
  for (const std::string& one : set) {
    const size_t equals = one.find('=');
    if (equals == one.npos || equals == 0 || equals + 1 == one.size()) {
      return InvalidArgument(
          "--set is COLUMN=VALUE, such as \"starts_at=2026-03-14 20:15\"");
    }
    input.set[one.substr(0, equals)] = one.substr(equals + 1);
  }
  return absl::OkStatus();
}

void AddFileOptions(CLI::App& command, FileArguments& arguments) {
  command
      .add_option("--mapping", arguments.input.mapping,
                  "how the file's columns are read: a name of `garderobe "
                  "mapping list`, or a YAML file")
      ->capture_default_str();
  command
      .add_option("--with", arguments.with,
                  "NAME=FILE, a second file that the mapping joins; may be "
                  "given more than once")
      ->allow_extra_args(false);
  command
      .add_option("--set", arguments.set,
                  "COLUMN=VALUE, what a column says in every row: what the "
                  "file does not, such as the event and its time; may be given "
                  "more than once")
      ->allow_extra_args(false);
  command
      .add_option("--own-domain", arguments.own_domains,
                  "the institution's own e-mail domain, which identifies "
                  "nobody; may be given more than once")
      ->allow_extra_args(false);
}

nlohmann::json RefusalsJson(const std::vector<Refusal>& refusals) {
  nlohmann::json list = nlohmann::json::array();
  for (const Refusal& r : refusals) {
    list.push_back(
        {{"line", r.line}, {"column", r.column}, {"reason", r.reason}});
  }
  return list;
}

std::string ListedNames(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + Printable(name, 60);
  }
  return list;
}

std::string RefusalLines(const std::vector<Refusal>& refusals) {
  std::string text;
  for (size_t i = 0; i < std::min(refusals.size(), kRefusalsShown); ++i) {
    const Refusal& r = refusals[i];
    text += fmt::format("  line {:<8} {:<14} {}\n", r.line,
                        r.column.empty() ? "-" : r.column, r.reason);
  }
  if (refusals.size() > kRefusalsShown) {
    text += fmt::format("  and {} more; --json and --csv list all\n",
                        refusals.size() - kRefusalsShown);
  }
  return text;
}

Page FilePage(nlohmann::json json, const std::vector<Refusal>& refused,
              std::string text) {
  Page page = Page::Table({"line", "column", "reason"});
  page.json = std::move(json);
  for (const Refusal& one : refused) {
    page.Add({static_cast<double>(one.line), one.column, one.reason});
  }
  page.ShowInstead(std::move(text));
  return page;
}

}  // namespace garderobe::client
