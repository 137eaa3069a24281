#include <CLI/CLI.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "client/cli/command.h"
#include "client/cli/coverage.h"
#include "client/service_call.h"
#include "core/base/bytes.h"
#include "core/register/register_store.h"
#include "garderobe/v1/answer.grpc.pb.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

struct QueryArguments {
  std::string institution, by = "month", from, to;
  std::string population = "national", period, as;
};

// Asks answerd, as the coordinator or as an institution.
class Asker {
 public:
  using Stub = v1::AnswerService::Stub;

  static absl::StatusOr<Asker> For(const Context& context,
                                   const std::string& institution);

  // One call, such as &Stub::Query.
  template <typename Request, typename Response>
  absl::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                 const Request&, Response*),
                    const Request& request, Response* response) const {
    return CallService<v1::AnswerService>(daemon_, tls_, kPartyPatience, method,
                                          request, response);
  }

 private:
  CalledDaemon daemon_;
  TlsFiles tls_;
};

absl::StatusOr<Asker> Asker::For(const Context& context,
                                 const std::string& institution) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  if (!institution.empty() && !IsInstitutionId(institution)) {
    return InvalidArgument("an institution's id is 1 to 32 of a-z, 0-9 and -");
  }
  Asker asker;
  asker.daemon_ = deployment.daemon("answer");
  asker.tls_ = institution.empty() ? deployment.coordinator_tls()
                                   : deployment.analyst_tls(institution);
  const absl::Status usable = CheckTlsFiles(asker.tls_);
  if (!usable.ok()) {
    if (institution.empty()) return usable;
    return NotFound(
        "this deployment can't ask as {}: {}; `garderobe enroll --analyst {}` "
        "asks for a certificate",
        institution, Message(usable), institution);
  }
  return asker;
}

absl::Status QueryOwn(Context& context, const QueryArguments& a) {
  GARDEROBE_ASSIGN_OR_RETURN(const Asker asker,
                             Asker::For(context, a.institution));
  v1::QueryOwnRequest request;
  request.set_institution(a.institution);
  request.set_by(a.by);
  request.set_from(a.from);
  request.set_to(a.to);
  v1::QueryOwnResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      asker.Call(&Asker::Stub::QueryOwn, request, &response));
  // Only events have titles.
  const bool has_titles = a.by == "event";
  Page page = Page::Table(
      has_titles
          ? std::vector<std::string>{a.by, "visits", "tickets", "revenue",
                                     "title"}
          : std::vector<std::string>{a.by, "visits", "tickets", "revenue"});
  json rows = json::array();
  for (const auto& row : response.rows()) {
    json r = {{a.by, row.key()},
              {"visits", row.visits()},
              {"tickets", row.tickets()},
              {"revenue_cents", row.revenue_cents()}};
    if (!row.label().empty()) r["title"] = row.label();
    rows.push_back(std::move(r));
    std::vector<SheetCell> cells = {
        row.key(), static_cast<double>(row.visits()),
        static_cast<double>(row.tickets()),
        static_cast<double>(row.revenue_cents()) / 100};
    if (has_titles) cells.emplace_back(row.label());
    page.Add(std::move(cells));
  }
  if (rows.empty()) page.Say("nothing delivered in these dates");
  page.json = {{"kind", "own"}, {"rows", std::move(rows)}};
  return Print(context.form, page);
}

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
  auto* own = query->add_subcommand(
      "own", "an institution's own figures: exact, at once, for itself only");
  own->require_subcommand(1);
  auto* visits = own->add_subcommand("visits", "visits, tickets and revenue");
  visits->add_option("--institution", arguments->institution, "whose")
      ->required();
  visits->add_option("--by", arguments->by, "month, day, event or channel")
      ->capture_default_str();
  visits->add_option("--from", arguments->from,
                     "first day of events, 2025-01-31");
  visits->add_option("--to", arguments->to, "last day of events");
  visits->callback(run(QueryOwn));
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
