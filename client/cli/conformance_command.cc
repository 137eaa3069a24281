// A recording TTP for clients of other makers.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "client/cli/command.h"
#include "client/cli/file_options.h"
#include "client/conformance/conformance.h"
#include "client/conformance/report_text.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

struct ConformanceArguments {
  FileArguments file;
  std::string institution, client;
  int64_t wait_s = 600;
};

absl::Status Conform(Context& context, const ConformanceArguments& arguments) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  conformance::Options options;
  options.input = arguments.file.input;
  options.own_domains = arguments.file.own_domains;
  options.folder = deployment.folder();
  options.address = deployment.daemon("ttp").address;
  options.institution = arguments.institution;
  options.handle_key = deployment.handle_key(arguments.institution);
  options.wait = std::chrono::seconds(arguments.wait_s);
  GARDEROBE_ASSIGN_OR_RETURN(
      options.client,
      deployment.ClientFor(arguments.institution, arguments.client));
  const conformance::Watch watch{
      [&](uint64_t visits, uint64_t customers) {
        // What is printed on standard output is the report.
        std::cerr << fmt::format(
            "listening at {} in the place of ttpd, for {} of {}: {} visits and "
            "{} customers are to come.\nIt ends by itself after CloseFeed; "
            "Ctrl-C compares what came by then.\n",
            options.address, options.client, options.institution, visits,
            customers);
      },
      [](const conformance::Recorder::Progress& p) {
        ShowProgress(fmt::format("{} visits, {} relations, {} streams open",
                                 p.visits, p.relations, p.open_streams));
      },
      [](uint64_t rows) {
        ShowProgress(fmt::format("{} relations compared", rows));
      }};
  const auto report = conformance::Run(options, watch);
  ClearProgress();
  GARDEROBE_RETURN_IF_ERROR(report.status());
  if (report->differences.count() > 0) context.exit = kRefused;
  return Print(context.form, {conformance::ReportJson(*report),
                              conformance::ReportText(*report)});
}

}  // namespace

void AddConformanceCommand(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<ConformanceArguments>();
  auto* command = app.add_subcommand(
      "conformance",
      "take ttpd's place in a deployment to try with, record what a client "
      "delivers, and say where it differs from `send` of the same file");
  command
      ->add_option("FILE", arguments->file.input.file,
                   "the order lines that the client delivers: CSV or XLSX")
      ->required();
  command
      ->add_option("--institution", arguments->institution,
                   "for whom, an id of the register")
      ->required();
  command->add_option("--client", arguments->client,
                      "who delivers, a client of the register; needed only "
                      "where it is not clear");
  AddFileOptions(*command, arguments->file);
  command
      ->add_option("--wait", arguments->wait_s,
                   "seconds without anything new before it compares what came")
      ->check(CLI::Range(int64_t{1}, int64_t{86'400}))
      ->capture_default_str();
  command->footer(
      "Example:\n"
      "  garderobe init /tmp/g && export GARDEROBE_DEPLOYMENT=/tmp/g\n"
      "  garderobe conformance visits.csv --institution example-museum &\n"
      "  your-client visits.csv");
  command->callback([&context, arguments] {
    const absl::Status finished = arguments->file.Finish();
    const absl::Status status =
        finished.ok() ? Conform(context, *arguments) : finished;
    if (!status.ok()) context.Fail(status);
  });
}

}  // namespace garderobe::client
