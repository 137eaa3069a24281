#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/command.h"
#include "client/cli/register_approvals.h"
#include "client/deploy/register_file.h"
#include "client/deploy/register_text.h"
#include "client/service_call.h"
#include "core/base/civil_time.h"
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/keys/retention_statement.h"
#include "core/register/authors.h"
#include "core/register/register_store.h"
#include "garderobe/v1/aggregator.grpc.pb.h"
#include "garderobe/v1/common.grpc.pb.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "nlohmann/json.hpp"
#include "spdlog/fmt/ranges.h"

namespace garderobe::client {
namespace {

using nlohmann::json;

constexpr uint64_t kClockSkewSeconds = 300;

json HexOf(const google::protobuf::RepeatedPtrField<std::string>& pins) {
  json list = json::array();
  for (const std::string& pin : pins) list.push_back(ToHex(AsBytes(pin)));
  return list;
}

json HexOf(const v1::Register::Institution& institution, AuthorState state) {
  json list = json::array();
  for (const AuthorKey& key : AuthorKeysOf(institution, state)) {
    list.push_back(ToHex(key.bytes()));
  }
  return list;
}

// Who is refused for want of a key, so that nobody has to find out.
void TellWhoHasNoKey(const v1::Register& reg) {
  for (const auto& client : reg.clients()) {
    if (!client.key_pins().empty()) continue;
    std::cerr << fmt::format(
        "no key of the client {} is in the register: it is refused until what "
        "`garderobe pin` prints of its certificate stands there\n",
        client.name());
  }
}

// Whose customers nobody can deliver in the clear, although its agreement says
// so.
void TellWhoHasNoPlaind(const v1::Register& reg) {
  for (const auto& institution : reg.institutions()) {
    const auto& clients = institution.clients();
    if (!institution.plain() || std::find(clients.begin(), clients.end(),
                                          kPlaind.daemon) != clients.end()) {
      continue;
    }
    std::cerr << fmt::format(
        "{} is in plain mode and does not name plaind among its clients: what "
        "it sends there is refused\n",
        institution.id());
  }
}

absl::Status ImportRegister(Context& context, const std::string& path,
                            const ApprovalOptions& options) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(v1::Register reg, ReadRegisterFile(path));
  GARDEROBE_RETURN_IF_ERROR(deployment.AddInstitutions(reg));
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<PartyRegister> registers,
                             PartyRegisters(deployment, reg));
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::vector<ApprovalList> approvals,
      ApprovalsOfRegisters(deployment, options, registers, path));
  for (size_t i = 0; i < registers.size(); ++i) {
    const Party& party = registers[i].party;
    v1::ImportRegisterRequest request;
    *request.mutable_register_() = registers[i].reg;
    *request.mutable_approvals() = approvals[i];
    v1::ImportRegisterResponse response;
    const absl::Status status = CallService<v1::RegisterService>(
        deployment.daemon(party.name), deployment.coordinator_tls(),
        kPartyPatience, &v1::RegisterService::Stub::ImportRegister, request,
        &response);
    GARDEROBE_RETURN_IF_ERROR(Annotate(status, party.daemon));
  }
  TellWhoHasNoKey(reg);
  TellWhoHasNoPlaind(reg);
  return Print(context.form, {{{"institutions", reg.institutions_size()}},
                              fmt::format("{} institutions in the register",
                                          reg.institutions_size())});
}

// The register with all that importing it would fill in.
absl::Status WriteRequest(Context& context, const std::string& path,
                          const std::string& out) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(v1::Register reg, ReadRegisterFile(path));
  GARDEROBE_RETURN_IF_ERROR(deployment.AddInstitutions(reg));
  GARDEROBE_RETURN_IF_ERROR(CreateFile(out, RegisterText(reg), 0644));
  return Print(context.form,
               {{{"file", out}}, out + " has the register with its keys"});
}

// What is linked is at the aggregator before it counts.
absl::Status ForwardLinks(const Deployment& deployment) {
  v1::ForwardLinksResponse response;
  return CallService<v1::LinkService>(
      deployment.daemon("ttp"), deployment.coordinator_tls(),
      std::chrono::minutes(10), &v1::LinkService::Stub::ForwardLinks, {},
      &response);
}

absl::Status Publish(Context& context, const std::string& period) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_RETURN_IF_ERROR(Annotate(ForwardLinks(deployment), "ttpd"));
  ShowProgress("publishing " + period);
  v1::PublishRequest request;
  request.set_period(period);
  v1::PublishResponse response;
  const absl::Status status = CallService<v1::PublisherService>(
      deployment.daemon("aggregator"), deployment.coordinator_tls(),
      std::chrono::minutes(30), &v1::PublisherService::Stub::Publish, request,
      &response);
  ClearProgress();
  GARDEROBE_RETURN_IF_ERROR(status);
  Page page(
      {{"period", period},
       {"snapshot", response.snapshot()},
       {"cells_released", response.cells_released()},
       {"cells_withheld", response.cells_withheld()},
       {"already_published", response.already_published()},
       {"pushed", response.pushed()}},
      fmt::format("{} {}: {} cells released, {} withheld; snapshot {}", period,
                  response.already_published()
                      ? "was published before; nothing changed"
                      : "is published",
                  response.cells_released(), response.cells_withheld(),
                  response.snapshot().substr(0, 12)));
  if (!response.pushed()) {
    page.Say("answerd is not reached; it gets the cube by itself");
  }
  return Print(context.form, page);
}

absl::Status ListRegister(Context& context, const std::string&) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  v1::GetRegisterResponse response;
  GARDEROBE_RETURN_IF_ERROR(CallService<v1::RegisterService>(
      deployment.daemon("ttp"), deployment.coordinator_tls(), kPartyPatience,
      &v1::RegisterService::Stub::GetRegister, {}, &response));
  Page page = Page::Table({"institution", "owner", "from", "to", "legal basis",
                           "months", "benchmark", "mode", "clients"});
  page.json = json::array();
  std::map<std::string, json> keys;
  for (const auto& client : response.register_().clients()) {
    keys[client.name()] = HexOf(client.key_pins());
  }
  for (const auto& i : response.register_().institutions()) {
    json client_key_pins = json::object();
    for (const std::string& client : i.clients()) {
      client_key_pins[client] =
          keys.contains(client) ? keys[client] : json::array();
    }
    page.json.push_back(
        {{"id", i.id()},
         {"name", i.name()},
         {"subsector", i.subsector()},
         {"municipality", i.municipality()},
         {"owner", OwnerOf(i)},
         {"clients",
          std::vector<std::string>(i.clients().begin(), i.clients().end())},
         {"agreement_from", i.agreement_from()},
         {"agreement_to", i.agreement_to()},
         {"legal_basis", i.legal_basis()},
         {"retention_months", RetentionMonths(i)},
         {"benchmark", i.benchmark()},
         {"plain", i.plain()},
         {"access_key", ToHex(AsBytes(i.access_key()))},
         {"author_keys", HexOf(i, AuthorState::kInForce)},
         {"retired_author_keys", HexOf(i, AuthorState::kRetired)},
         {"client_key_pins", client_key_pins},
         {"analyst_key_pins", HexOf(i.analyst_key_pins())},
         {"tokens_per_month", TokensPerMonth(i)}});
    page.Add({i.id(), OwnerOf(i), i.agreement_from(), i.agreement_to(),
              i.legal_basis(), static_cast<double>(RetentionMonths(i)),
              std::string(i.benchmark() ? "yes" : "no"),
              std::string(i.plain() ? "plain" : "sealed"),
              fmt::format("{}", fmt::join(i.clients(), ", "))});
  }
  return Print(context.form, page);
}

absl::Status RunRetention(Context& context, const std::string&) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(const VerifyKey pin, deployment.aggregator_pin());
  ShowProgress("removing what is older than the agreements allow");
  const uint64_t begun = UnixSeconds();
  v1::RunRetentionRequest request;
  request.set_today(DayNumber(Today()));
  v1::RunRetentionResponse response;
  const absl::Status status = CallService<v1::RetentionService>(
      deployment.daemon("ttp"), deployment.coordinator_tls(),
      std::chrono::hours(2), &v1::RetentionService::Stub::RunRetention, request,
      &response);
  ClearProgress();
  GARDEROBE_RETURN_IF_ERROR(status);
  GARDEROBE_ASSIGN_OR_RETURN(
      const Parameters parameters,
      VerifyParameters(pin, "aggregator", response.aggregator().body(),
                       response.aggregator().signature(), Today()));
  GARDEROBE_ASSIGN_OR_RETURN(const AggregatorParameters aggregator,
                             AggregatorParameters::From(parameters));
  // An institution may have two: visits go first, relations after them.
  struct Merged {
    RetentionStatement last;
    uint64_t visits = 0, relations = 0;
    json statements = json::array();
  };
  std::map<std::string, Merged> merged;
  for (const v1::RetentionStatement& signed_one : response.statements()) {
    GARDEROBE_ASSIGN_OR_RETURN(
        const RetentionStatement one,
        VerifyRetention(aggregator.receipt_key, signed_one.body(),
                        signed_one.signature()));
    // Somebody who runs nothing could show what was signed another time.
    if (one.unix_seconds + kClockSkewSeconds < begun) {
      return FailedPrecondition(
          "the statement on {} is of an earlier run; ask the trusted third "
          "party why",
          one.institution);
    }
    Merged& of = merged[one.institution];
    of.last = one;
    of.visits += one.visits_removed;
    of.relations += one.relations_removed;
    of.statements.push_back(
        {{"body", ToHex(AsBytes(signed_one.body()))},
         {"signature", ToHex(AsBytes(signed_one.signature()))}});
  }
  json list = json::array();
  bool is_held_back = response.vault_relations_held_back() > 0;
  Page page =
      Page::Table({"institution", "months", "kept from", "visits removed",
                   "held back", "relations", "visits left", "oldest"});
  for (const auto& [id, of] : merged) {
    const RetentionStatement& last = of.last;
    const std::string oldest =
        last.oldest == INT32_MAX ? "" : ToIso(FromDayNumber(last.oldest));
    const std::string cutoff = ToIso(FromDayNumber(last.cutoff));
    list.push_back({{"institution", id},
                    {"months", last.months},
                    {"kept_from", cutoff},
                    {"visits_removed", of.visits},
                    {"relations_removed", of.relations},
                    {"visits_held_back", last.visits_held_back},
                    {"relations_held_back", last.relations_held_back},
                    {"visits_left", last.visits_left},
                    {"oldest", oldest},
                    {"statements", of.statements}});
    page.Add({id, static_cast<double>(last.months), cutoff,
              static_cast<double>(of.visits),
              static_cast<double>(last.visits_held_back),
              static_cast<double>(of.relations),
              static_cast<double>(last.visits_left), oldest});
    is_held_back |= last.visits_held_back + last.relations_held_back > 0;
  }
  page.json = {
      {"institutions", list},
      {"vault_relations_removed", response.vault_relations_removed()},
      {"vault_relations_held_back", response.vault_relations_held_back()}};
  page.Say(fmt::format("{} relations removed at the vault, {} held back",
                       response.vault_relations_removed(),
                       response.vault_relations_held_back()));
  if (is_held_back) {
    page.Say(
        "What is held back goes on the following days: only so much is removed "
        "in one. Two\ncustodians can let more go with `garderobe retention "
        "release`.");
  }
  return Print(context.form, page);
}

}  // namespace

void AddAdminCommands(CLI::App& app, Context& context) {
  auto* admin = app.add_subcommand("admin", "for the coordinating body");
  admin->require_subcommand(1);
  auto argument = std::make_shared<std::string>();
  auto run = [&context, argument](auto work) {
    return [&context, argument, work] {
      const absl::Status status = work(context, *argument);
      if (!status.ok()) context.Fail(status);
    };
  };
  auto* institution =
      admin->add_subcommand("institution", "the register of institutions");
  institution->require_subcommand(1);
  auto* import = institution->add_subcommand(
      "import", "replace the register by a TOML file");
  import->add_option("FILE", *argument, "register.toml (docs/operating.md)")
      ->required();
  auto approvals = std::make_shared<ApprovalOptions>();
  AddApprovalOptions(*import, *approvals);
  import->footer(
      "What lets more happen takes two custodians.\n"
      "Example: garderobe admin institution import register.toml --approval a "
      "--approval b");
  import->callback(
      run([approvals](Context& run_in, const std::string& path) {
        return ImportRegister(run_in, path, *approvals);
}));
auto out = std::make_shared<std::string>();
auto* request = institution->add_subcommand(
    "request",
    "write a TOML file with the keys that importing it would fill in, for "
    "custodians to approve");
request->add_option("FILE", *argument, "register.toml")->required();
request->add_option("--out", *out, "the file to write")->required();
request->footer(
    "Example: garderobe admin institution request register.toml --out "
    "request.toml");
request->callback(run([out](Context& run_in, const std::string& path) {
  return WriteRequest(run_in, path, *out);
}));
auto* list = institution->add_subcommand(
    "list", "what the register holds, as ttpd has it");
list->callback(run(ListRegister));
auto* retention = admin->add_subcommand(
    "retention", "remove what is older than the agreements allow, now");
retention->footer(
    "ttpd does the same once a day. What the aggregator says of each "
    "institution is signed,\nand verified here; --json holds the statements "
    "(docs/rights.md).");
retention->callback(run(RunRetention));
auto* publish = admin->add_subcommand(
    "publish", "count, protect and publish a closed period, once");
publish->add_option("PERIOD", *argument, "2025, 2025Q3 or 2025-07")->required();
publish->footer("Example: garderobe admin publish 2025Q3");
publish->callback(run(Publish));
}  // namespace garderobe::client

}  // namespace garderobe::client
