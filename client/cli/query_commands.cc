#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "client/cli/command.h"
#include "client/cli/coverage.h"
#include "client/cli/table_output.h"
#include "core/base/bytes.h"
#include "core/register/register_store.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/answer.grpc.pb.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

struct QueryArguments {
  std::string institution, by = "month", from, to;
  std::string population = "national", period, as;
  bool csv = false;
  std::string out;  // a file, .xlsx or .csv

  // Whether the answer is for another program.
  bool as_table() const { return csv || !out.empty(); }
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
    grpc::ClientContext call;
    SetDeadline(call, std::chrono::seconds(20));
    return Diagnosed(FromGrpc((stub_.get()->*method)(&call, request, response)),
                     daemon_, tls_);
  }

 private:
  CalledDaemon daemon_;
  TlsFiles tls_;
  std::unique_ptr<Stub> stub_;
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
  asker.stub_ =
      v1::AnswerService::NewStub(TlsChannel(asker.daemon_, asker.tls_));
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
  if (context.json) {
    json rows = json::array();
    for (const auto& row : response.rows()) {
      json r = {{a.by, row.key()},
                {"visits", row.visits()},
                {"tickets", row.tickets()},
                {"revenue_cents", row.revenue_cents()}};
      if (!row.label().empty()) r["title"] = row.label();
      rows.push_back(std::move(r));
    }
    std::cout << json{{"kind", "own"}, {"rows", rows}}.dump() << "\n";
    return absl::OkStatus();
  }
  auto euros = [](int64_t cents) {
    return fmt::format("{}{}.{:02}", cents < 0 ? "-" : "",
                       std::abs(cents) / 100, std::abs(cents) % 100);
  };
  if (a.as_table()) {
    OutputTable table = {{a.by, "visits", "tickets", "revenue"}};
    for (const auto& row : response.rows()) {
      table.push_back({row.key(), static_cast<double>(row.visits()),
                       static_cast<double>(row.tickets()),
                       static_cast<double>(row.revenue_cents()) / 100});
    }
    return WriteTable(table, a.out);
  }
  std::cout << fmt::format("{:<24}{:>10}{:>10}{:>14}\n", a.by, "visits",
                           "tickets", "revenue");
  for (const auto& row : response.rows()) {
    std::cout << fmt::format("{:<24}{:>10}{:>10}{:>14}  {}\n", row.key(),
                             row.visits(), row.tickets(),
                             euros(row.revenue_cents()), row.label());
  }
  if (response.rows().empty()) {
    std::cout << "nothing delivered in these dates\n";
  }
  return absl::OkStatus();
}

// "p" and "n" carry no value.
bool HasValue(const v1::QueryResponse::Row& row) {
  return row.mark() != "p" && row.mark() != "n";
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
  if (context.json) {
    json rows = json::array();
    for (const auto& row : response.rows()) {
      json r = {{"measure", row.measure()},
                {"value", HasValue(row) ? json(row.value()) : json(nullptr)},
                {"mark", row.mark()},
                {"cell", row.cell()}};
      for (const auto& [dimension, value] : row.dimensions()) {
        r[dimension] = value;
      }
      rows.push_back(std::move(r));
    }
    std::cout << json{{"kind", "protected"},
                      {"snapshot", ToHex(AsBytes(response.snapshot()))},
                      {"catalogue", response.catalogue()},
                      {"root", response.root()},
                      {"noise_commitment", response.noise_commitment()},
                      {"coverage", CoverageJson(response.coverage())},
                      {"rows", rows}}
                     .dump()
              << "\n";
    return absl::OkStatus();
  }
  auto dimensions = [](const v1::QueryResponse::Row& row) {
    std::string text;
    for (const auto& [dimension, value] : row.dimensions()) text += value;
    return text;
  };
  auto value = [](const v1::QueryResponse::Row& row) {
    return HasValue(row) ? std::to_string(row.value()) : std::string();
  };
  if (a.as_table()) {
    const std::string what = name == "reach" ? "population" : name;
    OutputTable table = {{what, "measure", "value", "mark", "cell"}};
    for (const auto& row : response.rows()) {
      table.push_back(
          {name == "reach" ? a.population : dimensions(row), row.measure(),
           HasValue(row) ? SheetCell(static_cast<double>(row.value()))
                         : SheetCell(),
           row.mark(), row.cell()});
    }
    return WriteTable(table, a.out);
  }
  std::cout << fmt::format("{:<14}{:<14}{:>12}\n", name == "reach" ? "" : name,
                           "measure", "value");
  for (const auto& row : response.rows()) {
    std::cout << fmt::format("{:<14}{:<14}{:>12}{}\n", dimensions(row),
                             row.measure(), value(row),
                             row.mark().empty() ? "" : " :" + row.mark());
  }
  std::cout << fmt::format(
      "\n{}; snapshot {}, catalogue {}\n:p protected  :n nothing delivered  :u "
      "indicative. "
      "Persons of periods or institutions do not add up: who comes twice is "
      "one person.{}\n",
      CoverageText(response.coverage()),
      ToHex(AsBytes(response.snapshot())).substr(0, 12), response.catalogue(),
      name == "municipality"
          ? " A municipality that is not listed is protected."
          : "");
  return absl::OkStatus();
}

absl::Status QueryCatalogue(Context& context, const QueryArguments& a) {
  GARDEROBE_ASSIGN_OR_RETURN(const Asker asker, Asker::For(context, a.as));
  v1::GetCatalogueResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      asker.Call(&Asker::Stub::GetCatalogue, {}, &response));
  if (context.json) {
    json templates = json::array(), parameters = json::array();
    auto list = [](const auto& strings) {
      return std::vector<std::string>(strings.begin(), strings.end());
    };
    for (const auto& t : response.templates()) {
      templates.push_back({{"name", t.name()},
                           {"dimensions", list(t.dimensions())},
                           {"measures", list(t.measures())},
                           {"populations", list(t.populations())},
                           {"periods", list(t.periods())}});
    }
    for (const auto& p : response.parameters()) {
      parameters.push_back(
          {{"name", p.name()}, {"value", p.value()}, {"meaning", p.meaning()}});
    }
    std::cout << json{{"version", response.version()},
                      {"templates", templates},
                      {"parameters", parameters}}
                     .dump()
              << "\n";
    return absl::OkStatus();
  }
  auto join = [](const auto& strings) {
    std::string text;
    for (const auto& s : strings) text += (text.empty() ? "" : ", ") + s;
    return text;
  };
  if (a.as_table()) {
    OutputTable table = {{"parameter", "value", "meaning"}};
    for (const auto& p : response.parameters()) {
      table.push_back({p.name(), p.value(), p.meaning()});
    }
    return WriteTable(table, a.out);
  }
  std::cout << "catalogue " << response.version() << "\n\n";
  for (const auto& t : response.templates()) {
    std::cout << fmt::format(
        "{}\n  measures     {}\n  populations  {}\n"
        "  periods      {}\n",
        t.name(), join(t.measures()), join(t.populations()), join(t.periods()));
  }
  std::cout << "\n";
  for (const auto& p : response.parameters()) {
    std::cout << fmt::format("{:<48} {:<18} {}\n", p.name(), p.value(),
                             p.meaning());
  }
  return absl::OkStatus();
}

absl::Status QueryPeriods(Context& context, const QueryArguments& a) {
  GARDEROBE_ASSIGN_OR_RETURN(const Asker asker, Asker::For(context, a.as));
  v1::GetPeriodsResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      asker.Call(&Asker::Stub::GetPeriods, {}, &response));
  json periods = json::array();
  OutputTable table = {{"period", "institutions", "snapshot"}};
  for (const auto& p : response.periods()) {
    const std::string snapshot = ToHex(AsBytes(p.snapshot()));
    if (context.json) {
      periods.push_back({{"period", p.period()},
                         {"snapshot", snapshot},
                         {"catalogue", p.catalogue()},
                         {"institutions", p.institutions()}});
    } else if (a.as_table()) {
      table.push_back(
          {p.period(), static_cast<double>(p.institutions()), snapshot});
    } else {
      std::cout << fmt::format("{:<10} {} institutions, snapshot {}\n",
                               p.period(), p.institutions(),
                               snapshot.substr(0, 12));
    }
  }
  if (context.json) {
    std::cout << json{{"periods", periods}}.dump() << "\n";
    return absl::OkStatus();
  }
  return a.as_table() ? WriteTable(table, a.out) : absl::OkStatus();
}

}  // namespace

void AddQueryCommands(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<QueryArguments>();
  auto* query = app.add_subcommand("query", "ask; see docs/querying.md");
  query->require_subcommand(1);
  query->fallthrough();
  query->add_flag("--csv", arguments->csv,
                  "comma separated, to standard output");
  query->add_option("--out", arguments->out,
                    "write the answer here, .xlsx or .csv");
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
