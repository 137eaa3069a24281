#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <thread>

#include "client/check.h"
#include "client/cli/command.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

constexpr size_t kRefusalsShown = 20;

json RefusalsJson(const std::vector<Refusal>& refusals) {
  json list = json::array();
  for (const Refusal& r : refusals) {
    list.push_back(
        {{"line", r.line}, {"column", r.column}, {"reason", r.reason}});
  }
  return list;
}

void PrintRefusals(const std::vector<Refusal>& refusals) {
  for (size_t i = 0; i < std::min(refusals.size(), kRefusalsShown); ++i) {
    const Refusal& r = refusals[i];
    std::cout << fmt::format("  line {:<8} {:<14} {}\n", r.line,
                             r.column.empty() ? "-" : r.column, r.reason);
  }
  if (refusals.size() > kRefusalsShown) {
    std::cout << fmt::format("  and {} more; --json lists all\n",
                             refusals.size() - kRefusalsShown);
  }
}

struct SendArguments {
  SendOptions options;
  std::string client;
  int64_t give_up_s = 600;
  std::string watch;
};

void PrintReport(const SendReport& r) {
  std::cout << fmt::format(
      "{} rows in {:.1f} s{}\n"
      "  visits     {} accepted ({} in place of an earlier delivery), {} "
      "refused\n"
      "  relations  {} accepted, {} refused\n",
      r.rows, r.seconds, r.resumed ? ", from where an earlier run stopped" : "",
      r.visits_accepted, r.visits_replaced, r.visits_refused,
      r.relations_accepted, r.relations_refused);
  PrintRefusals(r.refused);
  for (const std::string& column : r.unknown_columns) {
    std::cout << "  column not used: " << column << "\n";
  }
  if (!r.mirror_current) {
    std::cout << "the own figures follow by themselves: answerd is not "
                 "reached\n";
  }
}

json ReportJson(const SendReport& r) {
  return {{"rows", r.rows},
          {"visits_accepted", r.visits_accepted},
          {"visits_replaced", r.visits_replaced},
          {"visits_refused", r.visits_refused},
          {"relations_accepted", r.relations_accepted},
          {"relations_refused", r.relations_refused},
          {"batches", r.batches},
          {"seconds", r.seconds},
          {"resumed", r.resumed},
          {"mirror_current", r.mirror_current},
          {"unknown_columns", r.unknown_columns},
          {"refused", RefusalsJson(r.refused)}};
}

absl::Status SendOne(Context& context, SendArguments arguments) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  const std::string& institution = arguments.options.institution;
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::string client,
      deployment.ClientFor(institution, arguments.client));
  GARDEROBE_ASSIGN_OR_RETURN(const Endpoint endpoint,
                             deployment.EndpointOf(client));
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(endpoint.tls));
  arguments.options.handle_key = deployment.handle_key(institution);
  arguments.options.state = deployment.client_state(client);
  arguments.options.give_up = std::chrono::seconds(arguments.give_up_s);
  const auto begin = std::chrono::steady_clock::now();
  auto report =
      SendFile(endpoint, arguments.options, [&](const SendProgress& p) {
        if (!p.waiting_for.empty()) {
          ShowProgress("waiting: " + p.waiting_for);
          return;
        }
        const double seconds = std::chrono::duration<double>(
                                   std::chrono::steady_clock::now() - begin)
                                   .count();
        ShowProgress(fmt::format(
            "{} rows, {}%, {:.0f} rows/s", p.rows,
            p.bytes_total == 0 ? 0 : 100 * p.bytes / p.bytes_total,
            static_cast<double>(p.rows) / std::max(seconds, 0.001)));
      });
  ClearProgress();
  GARDEROBE_RETURN_IF_ERROR(
      Diagnosed(report.status(), endpoint.address, endpoint.tls));
  if (context.json) {
    std::cout << ReportJson(*report).dump() << "\n";
  } else {
    PrintReport(*report);
  }
  if (report->visits_refused + report->relations_refused > 0) {
    context.exit = kPartlyRefused;
  }
  return absl::OkStatus();
}

// Delivers what appears in a folder, in order of name, and moves each file to
// `delivered` or `refused` beside it.
absl::Status Watch(Context& context, const SendArguments& arguments) {
  namespace fs = std::filesystem;
  if (!fs::is_directory(arguments.watch)) {
    return NotFound("{} is no folder", arguments.watch);
  }
  std::map<std::string, uintmax_t> seen;
  for (;;) {
    std::set<std::string> files;
    for (const auto& entry : fs::directory_iterator(arguments.watch)) {
      if (entry.is_regular_file() && entry.path().extension() == ".csv") {
        files.insert(entry.path().string());
      }
    }
    for (const std::string& file : files) {
      std::error_code error;
      const uintmax_t size = fs::file_size(file, error);
      // Still growing: look again next time.
      if (error || seen[file] != size) {
        seen[file] = size;
        continue;
      }
      SendArguments one = arguments;
      one.options.file = file;
      if (!context.json) std::cout << file << ": ";
      const absl::Status status = SendOne(context, one);
      if (!status.ok()) context.Fail(Annotate(status, file));
      // Whoever reads along sees it now, and not when the pipe is full.
      std::cout.flush();
      // Only a file that can never be delivered is put away; anything else
      // (no connection, a full disk, an agreement) may be mended.
      if (!status.ok() && status.code() != absl::StatusCode::kInvalidArgument) {
        std::this_thread::sleep_for(std::chrono::seconds(30));
        break;
      }
      const fs::path to =
          fs::path(arguments.watch) / (status.ok() ? "delivered" : "refused");
      fs::create_directories(to, error);
      fs::path place = to / fs::path(file).filename();
      for (int copy = 2; fs::exists(place); ++copy) {
        place =
            to / fmt::format("{}.{}", fs::path(file).filename().string(), copy);
      }
      fs::rename(file, place, error);
      if (error)
        return Unavailable("cannot move {}: {}", file, error.message());
      seen.erase(file);
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

void Check(Context& context, const CheckOptions& options) {
  auto report = CheckFile(options);
  if (!report.ok()) return context.Fail(report.status());
  if (report->refused_rows > 0) context.exit = kPartlyRefused;
  if (context.json) {
    json columns, linkable;
    for (const auto& [name, c] : report->columns) {
      columns[name] = {{"filled", c.filled}, {"valid", c.valid}};
    }
    for (const auto& [kind, share] : report->linkable) linkable[kind] = share;
    std::cout << json{{"rows", report->rows},
                      {"columns", columns},
                      {"linkable", linkable},
                      {"duplicates", report->duplicates},
                      {"unknown_columns", report->unknown_columns},
                      {"refused_rows", report->refused_rows},
                      {"not_identifiers", report->not_identifiers},
                      {"refused", RefusalsJson(report->refused)}}
                     .dump()
              << "\n";
    return;
  }
  std::cout << fmt::format(
      "{} rows, separated by {}; {} refused, {} delivered twice\n\n"
      "column                    filled     valid\n",
      report->rows,
      report->delimiter == '\t' ? "tabs"
                                : fmt::format("'{}'", report->delimiter),
      report->refused_rows, report->duplicates);
  for (const auto& [name, c] : report->columns) {
    std::cout << fmt::format("{:<22} {:>9} {:>9}\n", name, c.filled, c.valid);
  }
  std::cout << (report->with_customer == 0
                    ? "\nno row names a customer: nobody is recognised\n"
                    : "\nof the rows with a customer, usable to recognise a "
                      "visitor elsewhere:\n");
  for (const auto& [kind, share] : report->linkable) {
    if (report->with_customer == 0) break;
    std::cout << fmt::format("  {:<20} {:>4.0f} %\n", kind, 100 * share);
  }
  for (const auto& [reason, count] : report->not_identifiers) {
    std::cout << fmt::format("  not used: {:<22} {}\n", reason, count);
  }
  for (const std::string& column : report->unknown_columns) {
    std::cout << "  column not used: " << column << "\n";
  }
  if (!report->refused.empty()) std::cout << "\nrefused rows:\n";
  PrintRefusals(report->refused);
}

}  // namespace

void AddDeliveryCommands(CLI::App& app, Context& context) {
  auto send = std::make_shared<SendArguments>();
  auto* command =
      app.add_subcommand("send",
                         "seal and deliver a file; goes on by itself after any "
                         "interruption");
  command->add_option("FILE", send->options.file,
                      "order lines, CSV (docs/delivering.md)");
  command
      ->add_option("--institution", send->options.institution,
                   "for whom, an id of the register")
      ->required();
  command->add_option("--client", send->client,
                      "who delivers, a client of the register; needed only "
                      "where it is not clear");
  command
      ->add_option("--source", send->options.source,
                   "name of the feed; one delivery of a feed at a time")
      ->capture_default_str();
  command
      ->add_option("--own-domain", send->options.own_domains,
                   "the institution's own e-mail domain, which identifies "
                   "nobody; may be given more than once")
      ->allow_extra_args(false);
  command->add_option("--watch", send->watch,
                      "keep delivering the .csv files that appear in a folder");
  command
      ->add_option("--give-up-after", send->give_up_s,
                   "seconds without progress before it gives up")
      ->check(CLI::Range(int64_t{0}, int64_t{86'400 * 30}))
      ->capture_default_str();
  command->add_flag("--all-relations", send->options.all_relations,
                    "send customers again that were delivered before");
  command->footer(
      "Examples:\n  garderobe send export.csv --institution museum-01\n"
      "  garderobe send --watch /srv/exports --institution museum-01");
  command->callback([&context, send] {
    if (send->options.file.empty() == send->watch.empty()) {
      return context.Fail(
          InvalidArgument("send needs either a FILE or --watch DIR"));
    }
    const absl::Status status =
        send->watch.empty() ? SendOne(context, *send) : Watch(context, *send);
    if (!status.ok()) context.Fail(status);
  });

  auto check = std::make_shared<CheckOptions>();
  auto* check_command = app.add_subcommand(
      "check", "report on a file's quality; nothing leaves this machine");
  check_command->add_option("FILE", check->file, "order lines, CSV")
      ->required();
  check_command->add_option("--rejected", check->rejected,
                            "write the refused rows here, to be mended");
  check_command
      ->add_option("--own-domain", check->own_domains,
                   "the institution's own e-mail domain")
      ->allow_extra_args(false);
  check_command->footer("Example: garderobe check export.csv");
  check_command->callback([&context, check] { Check(context, *check); });

  auto* mapping =
      app.add_subcommand("mapping", "which columns a file may have");
  mapping->require_subcommand(1);
  auto name = std::make_shared<std::string>();
  auto* show = mapping->add_subcommand("show", "print a mapping");
  show->add_option("NAME", *name, "default")->required();
  show->callback([&context, name] {
    if (*name != "default") {
      return context.Fail(
          NotFound("there is no mapping {}; there is: default", *name));
    }
    for (size_t i = 0; i < kColumnCount; ++i) {
      std::string names;
      for (std::string_view n : ColumnNames(static_cast<Column>(i))) {
        names += (names.empty() ? "" : ", ") + std::string(n);
      }
      std::cout << names << "\n";
    }
  });
}

}  // namespace garderobe::client
