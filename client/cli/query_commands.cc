#include <CLI/CLI.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "client/cli/asker.h"
#include "client/cli/command.h"
#include "client/cli/coverage.h"
#include "core/base/bytes.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

struct QueryArguments {
  std::string population = "national", period, as;
};

// "p" and "n" carry no value.
bool HasValue(const v1::QueryResponse::Row& row) {
  return row.mark() != "p" && row.mark() != "n";
}

// What is said below protected figures.
std::string Footer(const v1::QueryResponse& response, const std::string& name) {
  return fmt::format(
      "\n{}; snapshot {}, catalogue {}\np protected, n nothing delivered, u "
      "indicative. Persons of periods or institutions do not add up: who comes "
      "twice is one person.{}",
      CoverageText(response.coverage()),
      ToHex(AsBytes(response.snapshot())).substr(0, 12), response.catalogue(),
      name == "municipality"
          ? " A municipality that is not listed is protected."
          : "");
}

absl::Status QueryProtected(Context& context, const std::string& name,
                            const QueryArguments& a) {
  GARDEROBE_ASSIGN_OR_RETURN(const Asker asker, Asker::For(context, a.as));
  v1::QueryRequest request;
  request.set_template_name(name);
  request.set_population(a.population);
  request.set_period(a.period);
  v1::QueryResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      asker.Call(&Asker::Stub::Query, request, &response));
  const bool is_reach = name == "reach";
  Page page = Page::Table(
      {is_reach ? "population" : name, "measure", "value", "mark", "cell"});
  json rows = json::array();
  for (const auto& row : response.rows()) {
    json r = {{"measure", row.measure()},
              {"value", HasValue(row) ? json(row.value()) : json(nullptr)},
              {"mark", row.mark()},
              {"cell", row.cell()}};
    std::string dimensions;
    for (const auto& [dimension, value] : row.dimensions()) {
      r[dimension] = value;
      dimensions += value;
    }
    rows.push_back(std::move(r));
    page.Add({is_reach ? a.population : dimensions, row.measure(),
              HasValue(row) ? SheetCell(static_cast<double>(row.value()))
                            : SheetCell(),
              row.mark(), row.cell()});
  }
  page.json = {{"kind", "protected"},
               {"snapshot", ToHex(AsBytes(response.snapshot()))},
               {"catalogue", response.catalogue()},
               {"root", response.root()},
               {"noise_commitment", response.noise_commitment()},
               {"coverage", CoverageJson(response.coverage())},
               {"rows", std::move(rows)}};
  page.Hide("cell");
  if (is_reach) page.Hide("population");
  page.Say(Footer(response, name));
  return Print(context.form, page);
}

json TemplatesJson(const v1::GetCatalogueResponse& response) {
  const auto list = [](const auto& strings) {
    return std::vector<std::string>(strings.begin(), strings.end());
  };
  json templates = json::array();
  for (const auto& t : response.templates()) {
    templates.push_back({{"name", t.name()},
                         {"dimensions", list(t.dimensions())},
                         {"measures", list(t.measures())},
                         {"populations", list(t.populations())},
                         {"periods", list(t.periods())}});
  }
  return templates;
}

std::string CatalogueText(const v1::GetCatalogueResponse& response) {
  std::string text = fmt::format("catalogue {}\n\n", response.version());
  for (const auto& t : response.templates()) {
    text += fmt::format(
        "{}\n  measures     {}\n  populations  {}\n  periods      {}\n",
        t.name(), fmt::join(t.measures(), ", "),
        fmt::join(t.populations(), ", "), fmt::join(t.periods(), ", "));
  }
  text += "\n";
  for (const auto& p : response.parameters()) {
    text += fmt::format("{:<48} {:<18} {}\n", p.name(), p.value(), p.meaning());
  }
  return text;
}

absl::Status QueryCatalogue(Context& context, const QueryArguments& a) {
  GARDEROBE_ASSIGN_OR_RETURN(const Asker asker, Asker::For(context, a.as));
  v1::GetCatalogueResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      asker.Call(&Asker::Stub::GetCatalogue, {}, &response));
  Page page = Page::Table({"parameter", "value", "meaning"});
  json parameters = json::array();
  for (const auto& p : response.parameters()) {
    parameters.push_back(
        {{"name", p.name()}, {"value", p.value()}, {"meaning", p.meaning()}});
    page.Add({p.name(), p.value(), p.meaning()});
  }
  page.json = {{"version", response.version()},
               {"templates", TemplatesJson(response)},
               {"parameters", std::move(parameters)}};
  page.ShowInstead(CatalogueText(response));
  return Print(context.form, page);
}

absl::Status QueryPeriods(Context& context, const QueryArguments& a) {
  GARDEROBE_ASSIGN_OR_RETURN(const Asker asker, Asker::For(context, a.as));
  v1::GetPeriodsResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      asker.Call(&Asker::Stub::GetPeriods, {}, &response));
  Page page = Page::Table({"period", "institutions", "snapshot"});
  json periods = json::array();
  for (const auto& p : response.periods()) {
    const std::string snapshot = ToHex(AsBytes(p.snapshot()));
    periods.push_back({{"period", p.period()},
                       {"snapshot", snapshot},
                       {"catalogue", p.catalogue()},
                       {"institutions", p.institutions()}});
    page.Add({p.period(), static_cast<double>(p.institutions()), snapshot});
  }
  if (periods.empty()) page.Say("nothing is published yet");
  page.json = {{"periods", std::move(periods)}};
  return Print(context.form, page);
}

}  // namespace

void AddQueryCommands(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<QueryArguments>();
  auto* query = app.add_subcommand("query", "ask; see docs/querying.md");
  query->require_subcommand(1);
  query->fallthrough();
  query->footer(
      "Examples:\n"
      "  garderobe query own visits --institution museum-01 --by month\n"
      "  garderobe query reach --population national --period 2025\n"
      "  garderobe query municipality --population institution:museum-01 "
      "--period 2025Q3 --out where.xlsx");
  auto run = [&context, arguments](auto ask) {
    return [&context, arguments, ask] {
      const absl::Status status = ask(context, *arguments);
      if (!status.ok()) context.Fail(status);
    };
  };
  AddOwnCommands(*query, context);
  for (const char* name : {"reach", "municipality"}) {
    auto* command = query->add_subcommand(
        name, name == std::string("reach")
                  ? "persons, households, visits and tickets of a population"
                  : "the same by municipality");
    command
        ->add_option("--population", arguments->population,
                     "institution:<id> or national")
        ->capture_default_str();
    command
        ->add_option("--period", arguments->period, "2025, 2025Q3 or 2025-07")
        ->required();
    command->add_option("--as", arguments->as,
                        "ask as this institution; otherwise as the "
                        "coordinating body");
    command->callback(
        run([name = std::string(name)](Context& c, const QueryArguments& a) {
          return QueryProtected(c, name, a);
        }));
  }
  auto* catalogue = query->add_subcommand(
      "catalogue", "what may be asked, and how it is protected");
  catalogue->callback(run(QueryCatalogue));
  auto* periods = query->add_subcommand("periods", "what is published");
  periods->callback(run(QueryPeriods));
  for (auto* command : {catalogue, periods}) {
    command->add_option("--as", arguments->as,
                        "ask as this institution; otherwise as the "
                        "coordinating body");
  }
}

}  // namespace garderobe::client
