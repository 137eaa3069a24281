#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "client/cli/command.h"
#include "client/simulation/simulate.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {

void AddSimulateCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<SimulateOptions>();
  auto* simulate = app.add_subcommand(
      "simulate", "write a synthetic country with known truth");
  simulate->add_option("--institutions", options->institutions, "how many")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  simulate->add_option("--visits", options->visits, "order lines in all")
      ->check(CLI::Range(int64_t{1}, int64_t{10'000'000'000}))
      ->capture_default_str();
  simulate
      ->add_option("--persons", options->persons,
                   "in the country; 0: as many as fit the visits")
      ->check(CLI::Range(int64_t{0}, int64_t{1'000'000'000}))
      ->capture_default_str();
  simulate
      ->add_option("--seed", options->seed,
                   "the same seed gives the same country")
      ->capture_default_str();
  simulate->add_option("--year", options->year, "the calendar year")
      ->check(CLI::Range(2000, 2199))
      ->capture_default_str();
  simulate
      ->add_option("--since", options->since,
                   "the country's first year, when it is written year by "
                   "year; 0: only --year")
      ->check(CLI::Range(0, 2199))
      ->capture_default_str();
  simulate
      ->add_option("--moves", options->moves,
                   "share of the households that move in a year")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  simulate
      ->add_option("--new-emails", options->new_emails,
                   "share of the persons whose e-mail changes in a year")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  simulate->add_option("--out", options->out, "a folder for the files")
      ->required();
  simulate->footer(
      "Example: garderobe simulate --institutions 8 --visits 10000 --seed 7 "
      "--out country");
  simulate->callback([&context, options] {
    const auto report = Simulate(*options, [](uint64_t lines) {
      ShowProgress(fmt::format("{} lines", lines));
    });
    ClearProgress();
    if (!report.ok()) return context.Fail(report.status());
    const absl::Status printed = Print(
        context.form,
        {{{"lines", report->lines},
          {"customers", report->customers},
          {"persons", report->persons}},
         fmt::format(
             "{} order lines of {} institutions, {} customers in a country of "
             "{} persons, in {}",
             report->lines, options->institutions, report->customers,
             report->persons, options->out)});
    if (!printed.ok()) context.Fail(printed);
  });
}

}  // namespace garderobe::client
