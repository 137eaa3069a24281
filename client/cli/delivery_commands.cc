#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "client/cli/command.h"
#include "client/cli/file_options.h"
#include "client/orders/words.h"
#include "client/send/delivery.h"
#include "client/send/watched_folder.h"
#include "core/keys/key_file.h"
#include "core/sealing/author_payload.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

struct SendArguments {
  SendOptions options;
  FileArguments file;
  std::string client;
  int64_t give_up_s = 600;
  std::string watch;
};

std::string ReportText(const SendReport& r) {
  std::string text;
  if (r.rows == 0) {
    text += "there is no order line in this file: nothing is delivered\n";
  }
  text += fmt::format(
      "{} rows in {:.1f} s{}{}\n"
      "  visits     {} accepted ({} in place of an earlier delivery), {} "
      "refused\n"
      "  relations  {} accepted, {} refused\n",
      r.rows, r.seconds, r.resumed ? ", from where an earlier run stopped" : "",
      r.passed_over == 0
          ? ""
          : fmt::format("; {} passed over by the mapping", r.passed_over),
      r.visits_accepted, r.visits_replaced, r.visits_refused,
      r.relations_accepted, r.relations_refused);
  if (r.relations_unconfirmed > 0) {
    text += fmt::format(
        "  relations  {} stored, as plaind says that was restarted; the next "
        "delivery\n             sends them again\n",
        r.relations_unconfirmed);
  }
  if (r.relations_waiting > 0) {
    text += fmt::format(
        "  relations  {} wait: {}\n             the same command delivers them "
        "then\n",
        r.relations_waiting, r.why_waiting);
  }
  text += RefusalLines(r.refused);
  for (const std::string& oddity : r.oddities) {
    text += "  look at this: " + oddity + "\n";
  }
  if (!r.unknown_columns.empty()) {
    text += "  columns not used: " + ListedNames(r.unknown_columns) + "\n";
  }
  if (!r.mirror_current) {
    text +=
        "the own figures follow by themselves: answerd is not "
        "reached\n";
  }
  return text;
}

json ReportJson(const SendReport& r) {
  return {{"rows", r.rows},
          {"passed_over", r.passed_over},
          {"visits_accepted", r.visits_accepted},
          {"visits_replaced", r.visits_replaced},
          {"visits_refused", r.visits_refused},
          {"relations_accepted", r.relations_accepted},
          {"relations_refused", r.relations_refused},
          {"batches", r.batches},
          {"seconds", r.seconds},
          {"resumed", r.resumed},
          {"mirror_current", r.mirror_current},
          {"relations_waiting", r.relations_waiting},
          {"relations_unconfirmed", r.relations_unconfirmed},
          {"why_waiting", r.why_waiting},
          {"unknown_columns", r.unknown_columns},
          {"oddities", r.oddities},
          {"refused", RefusalsJson(r.refused)}};
}

// `place`, when it is given: the folder where a file belongs that came to this.
absl::Status SendOne(Context& context, SendArguments arguments,
                     std::string* place = nullptr) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  const std::string& institution = arguments.options.feed.institution;
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::string client,
      deployment.ClientFor(institution, arguments.client));
  GARDEROBE_ASSIGN_OR_RETURN(const Endpoint endpoint,
                             deployment.EndpointOf(client));
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(endpoint.tls));
  arguments.options.feed.handle_key = deployment.handle_key(institution);
  arguments.options.feed.author_key = deployment.author_key(institution);
  arguments.options.feed.state = deployment.client_state(client);
  arguments.options.input = arguments.file.input;
  arguments.options.feed.own_domains = arguments.file.own_domains;
  arguments.options.feed.give_up = std::chrono::seconds(arguments.give_up_s);
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
  absl::Status sent = Diagnosed(report.status(), endpoint.ttpd, endpoint.tls);
  if (arguments.options.feed.plain) {
    sent = Diagnosed(sent, endpoint.plaind, endpoint.tls);
  }
  GARDEROBE_RETURN_IF_ERROR(sent);
  GARDEROBE_RETURN_IF_ERROR(Print(
      context.form,
      FilePage(ReportJson(*report), report->refused, ReportText(*report))));
  if (report->visits_refused + report->relations_refused +
              report->relations_waiting >
          0 ||
      report->rows == 0) {  // an export that stays empty is a fault of its own
    context.exit = kPartlyRefused;
  }
  if (place != nullptr) *place = PlaceOf(*report);
  return absl::OkStatus();
}

// Delivers what appears in a folder, and tells of each file.
absl::Status Watch(Context& context, const SendArguments& arguments) {
  // A mapping that can't be read is no fault of the files.
  GARDEROBE_RETURN_IF_ERROR(FindMapping(arguments.file.input.mapping).status());
  if (!std::filesystem::is_directory(arguments.watch)) {
    return NotFound("{} is no folder", arguments.watch);
  }
  WatchFolder(
      arguments.watch,
      [&](const std::string& file) -> absl::StatusOr<std::string> {
        SendArguments one = arguments;
        one.file.input.file = file;
        if (!context.form.json && !context.form.as_table())
          std::cout << file << ": ";
        std::string place;
        const absl::Status status = SendOne(context, one, &place);
        if (!status.ok()) {
          if (!context.form.json && !context.form.as_table())
            std::cout << "not delivered" << std::endl;
          // Any other error is told below.
          if (status.code() == absl::StatusCode::kInvalidArgument) {
            context.Fail(Annotate(status, file));
          }
        }
        // Whoever reads along sees it now, and not when the pipe is full.
        std::cout.flush();
        GARDEROBE_RETURN_IF_ERROR(Annotate(status, file));
        return place;
      },
      [&](const absl::Status& status) {
        if (!status.ok()) context.Fail(status);
      });
}

// plaind's without an institution.
absl::Status PrintAuthorKey(Context& context, const std::string& institution) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto seed,
      ReadSecret<AuthorSeed>(institution.empty()
                                 ? deployment.plaind_author_key()
                                 : deployment.author_key(institution),
                             kAuthorRole));
  const std::string hex = ToHex(AuthorKeyOf(seed).bytes());
  return Print(context.form, {{{"author_key", hex}}, hex});
}

void AddAuthorKeyCommand(CLI::App& app, Context& context) {
  auto institution = std::make_shared<std::string>();
  auto* command = app.add_subcommand(
      "author-key",
      "print the key that what is sealed for an institution is signed with, "
      "for the register");
  auto of_plaind = std::make_shared<bool>(false);
  command->add_option("--institution", *institution, "id in the register");
  command->add_flag("--plain", *of_plaind,
                    "plaind's key, for institutions in plain mode");
  command->callback([&context, institution, of_plaind] {
    if (institution->empty() != *of_plaind) {
      return context.Fail(InvalidArgument(
          "author-key needs either --institution ID or --plain"));
    }
    const absl::Status status = PrintAuthorKey(context, *institution);
    if (!status.ok()) context.Fail(status);
  });
}

}  // namespace

void AddDeliveryCommands(CLI::App& app, Context& context) {
  AddAuthorKeyCommand(app, context);
  auto send = std::make_shared<SendArguments>();
  auto* command =
      app.add_subcommand("send",
                         "seal and deliver a file; goes on by itself after any "
                         "interruption");
  command->add_option("FILE", send->file.input.file,
                      "order lines: CSV or XLSX (docs/delivering.md)");
  command
      ->add_option("--institution", send->options.feed.institution,
                   "for whom, an id of the register")
      ->required();
  command->add_option("--client", send->client,
                      "who delivers, a client of the register; needed only "
                      "where it is not clear");
  command
      ->add_option("--source", send->options.feed.source,
                   "name of the feed; one delivery of a feed at a time")
      ->capture_default_str();
  AddFileOptions(*command, send->file);
  command->add_option(
      "--watch", send->watch,
      "keep delivering the .csv, .xlsx, .ods and .zip files that appear in a "
      "folder");
  command
      ->add_option("--give-up-after", send->give_up_s,
                   "seconds without progress before it gives up")
      ->check(CLI::Range(int64_t{0}, int64_t{86'400 * 30}))
      ->capture_default_str();
  command->add_flag("--plain", send->options.feed.plain,
                    "plain mode, where the agreement allows it: plaind "
                    "sees identifiers and encrypts them for you");
  command->add_flag("--all-relations", send->options.all_relations,
                    "send customers again that were delivered before");
  command->footer(
      "Examples:\n  garderobe send export.csv --institution museum-01\n"
      "  garderobe send export.xlsx --mapping pretix --institution stage-02\n"
      "  garderobe send --watch /srv/exports --institution museum-01");
  command->callback([&context, send] {
    if (send->file.input.file.empty() == send->watch.empty()) {
      return context.Fail(
          InvalidArgument("send needs either a FILE or --watch DIR"));
    }
    const absl::Status finished = send->file.Finish();
    if (!finished.ok()) return context.Fail(finished);
    const absl::Status status =
        send->watch.empty() ? SendOne(context, *send) : Watch(context, *send);
    if (!status.ok()) context.Fail(status);
  });
}

}  // namespace garderobe::client
