// ttpd: converts, maps and forwards; opens nothing. What it may know:
// ttp/README.md.
#include "core/daemon/command_line.h"
#include "core/daemon/data_folder.h"
#include "core/daemon/repeat.h"
#include "core/keys/pins.h"
#include "core/register/register_service.h"
#include "core/retention/custody_service.h"
#include "spdlog/spdlog.h"
#include "ttp/budget_service.h"
#include "ttp/delivery_service.h"
#include "ttp/retention_day.h"
#include "ttp/retention_service.h"
#include "ttp/rights_service.h"

namespace garderobe::ttp {
namespace {

struct Config {
  DaemonConfig daemon;
  std::string keys = "keys";
  std::string vault_address, aggregator_address, vault_pin, aggregator_pin;
  int64_t gather_rows = 500;
  int64_t gather_ms = 60'000;
  int64_t streams_max = 64;
  int64_t client_streams_max = 8;
  int64_t retention_hours = 24;
  int64_t hello_ms = 10'000, idle_ms = 600'000;
};

absl::StatusOr<Upstream::Options> UpstreamOptions(const Config& config) {
  Upstream::Options options{config.vault_address,
                            config.aggregator_address,
                            {},
                            {},
                            config.daemon.tls};
  GARDEROBE_ASSIGN_OR_RETURN(options.vault_pin,
                             ParsePin("pins.vault", config.vault_pin));
  GARDEROBE_ASSIGN_OR_RETURN(
      options.aggregator_pin,
      ParsePin("pins.aggregator", config.aggregator_pin));
  return options;
}

Inventory::Places PlacesOf(const Config& config) {
  Inventory::Places places;
  for (const char* file :
       {"register.pb", "agreements.pb", "budgets.pb", "retention.pb"}) {
    places.emplace(file, config.daemon.data + "/" + file);
  }
  return places;
}

absl::Status Check(const Config& config) {
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(config.daemon.tls));
  GARDEROBE_RETURN_IF_ERROR(UpstreamOptions(config).status());
  return TtpKeys::Read(config.keys).status();
}

prometheus::Counter& Count(Daemon& daemon, const char* name, const char* help) {
  return prometheus::BuildCounter()
      .Name(name)
      .Help(help)
      .Register(daemon.metrics())
      .Add({});
}

absl::Status Run(const Config& config) {
  UnderWay under_way;  // first: what the daemon still holds at the end uses it
  GARDEROBE_ASSIGN_OR_RETURN(auto daemon, Daemon::Create("ttp", config.daemon));
  GARDEROBE_ASSIGN_OR_RETURN(const TtpKeys keys, TtpKeys::Read(config.keys));
  GARDEROBE_ASSIGN_OR_RETURN(const auto upstream_options,
                             UpstreamOptions(config));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto inventory,
      CheckDataFolder(*daemon, config.keys, PlacesOf(config)));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto institutions,
      RegisterStore::Open(config.daemon.data + "/register.pb"));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto budgets,
      Budgets::Open(config.daemon.data + "/budgets.pb", *institutions));
  Upstream upstream(upstream_options);
  const Converter converter(keys, daemon->workers());
  Gatherer gatherer(daemon->io(), upstream,
                    {static_cast<size_t>(config.gather_rows),
                     std::chrono::milliseconds(config.gather_ms)});
  LinkForwarder forwarder(converter, *institutions, upstream,
                          daemon->workers());
  FairQueue queue(daemon->workers(), daemon->worker_count());
  const Parts parts{
      *daemon,
      *institutions,
      upstream,
      converter,
      gatherer,
      queue,
      *budgets,
      under_way,
      Count(*daemon, "garderobe_ttp_visits_total", "Visits acknowledged"),
      Count(*daemon, "garderobe_ttp_relations_total", "Relations acknowledged"),
      Count(*daemon, "garderobe_ttp_refused_calls_total",
            "Calls refused for want of permission")};
  DeliveryServiceImpl delivery(
      parts, keys,
      {config.streams_max,
       config.client_streams_max,
       {.hello = std::chrono::milliseconds(config.hello_ms),
        .batch = std::chrono::milliseconds(config.idle_ms)}});
  RunEvery(daemon->io(), daemon->workers(), std::chrono::seconds(1),
           [&delivery] { delivery.EndIdleStreams(); });
  LinkServiceImpl link_service(forwarder);
  RightsServiceImpl rights(parts);
  GARDEROBE_ASSIGN_OR_RETURN(
      auto calendar, OpenRunCalendar(config.daemon.data + "/retention.pb"));
  Retention retention(converter, *institutions, upstream, *calendar);
  RetentionServiceImpl retention_service(retention);
  RetentionCustodyServiceImpl custody(*calendar, daemon->workers());
  BudgetServiceImpl budget_service(*budgets, *institutions);
  auto& budgets_used = prometheus::BuildGauge()
                           .Name("garderobe_ttp_budget_used_ratio")
                           .Help(
                               "Of the relations allowed this month the part "
                               "that was delivered, by institution")
                           .Register(daemon->metrics());
  RunEvery(daemon->io(), daemon->workers(), std::chrono::seconds(5), [&] {
    const absl::Status noted = inventory->NoteFiles();
    if (!noted.ok()) {
      spdlog::warn("event=inventory-not-written reason=\"{}\"", Message(noted));
    }
    for (const v1::Budget& budget : budgets->List()) {
      const auto allowed =
          static_cast<double>(budget.budget() + budget.released());
      if (allowed == 0) continue;  // just out of the register
      budgets_used.Add({{"institution", budget.institution()}})
          .Set(static_cast<double>(budget.used()) / allowed);
    }
  });
  RegisterServiceImpl register_service(*institutions);

  // On a thread of its own: a party that hangs must not hold up the work.
  boost::asio::thread_pool probes(1);
  RunEvery(daemon->io(), probes, std::chrono::milliseconds(100),
           [&upstream, ticks = 0]() mutable {
             // Often until both are there, then every five seconds.
             if (upstream.reachable().ok() && ++ticks % 50 != 0) return;
             const absl::Status fetched = upstream.Fetch();
             if (!fetched.ok()) {
               spdlog::debug("event=upstream reason=\"{}\"", Message(fetched));
             }
           });
  // As rarely as relations are gathered: what goes together hides in a crowd.
  RunEvery(daemon->io(), daemon->workers(),
           std::chrono::milliseconds(std::max<int64_t>(config.gather_ms, 1000)),
           [&] { forwarder.Forward([](const absl::Status&) {}); });
  RunEvery(daemon->io(), daemon->workers(), std::chrono::hours(1),
           [&, hours = int64_t{0}]() mutable {
             if (hours++ % config.retention_hours == 0) {
               retention_service.RunByTimer();
             }
           });
  auto state = [&] {
    const absl::Status reachable = upstream.reachable();
    const std::string ahead = budgets->LatestAhead();
    return DaemonState{
        reachable.ok(), TtpKeys::kEpoch,
        reachable.ok()
            ? fmt::format("{} institutions{}", institutions->Get()->size(),
                          ahead.empty() ? ""
                                        : "; budgets count for " + ahead +
                                              ", which is in the future")
            : std::string(Message(reachable))};
  };
  const Peer coordinator{Role::kCoordinator, ""};
  const ServedService served_custody{
      &custody,
      v1::RetentionCustodyService::service_full_name(),
      {{Role::kCustodian, ""}}};
  const absl::Status served =
      daemon->Serve({.services = {{&delivery,
                                   v1::DeliveryService::service_full_name(),
                                   {{Role::kClient, ""}}},
                                  {&rights,
                                   v1::RightsService::service_full_name(),
                                   {{Role::kClient, ""}}},
                                  {&link_service,
                                   v1::LinkService::service_full_name(),
                                   {coordinator}},
                                  {&retention_service,
                                   v1::RetentionService::service_full_name(),
                                   {coordinator}},
                                  served_custody,
                                  {&budget_service,
                                   v1::BudgetService::service_full_name(),
                                   {coordinator, {Role::kCustodian, ""}}},
                                  {&register_service,
                                   v1::RegisterService::service_full_name(),
                                   {coordinator}}},
                     .state = state,
                     .reload = [&] { return institutions->Reload(Today()); },
                     .on_drain = [&] { gatherer.Flush(); },
                     .on_deadline = [&] { upstream.Stop(); }});
  // Answers still to come would find their callers gone.
  upstream.Stop();
  under_way.Stop();
  const absl::Status settled = budgets->Settle();
  GARDEROBE_RETURN_IF_ERROR(served);
  GARDEROBE_RETURN_IF_ERROR(settled);
  return inventory->NoteFiles();
}

absl::StatusOr<std::string> GenerateKeys(const std::string& folder) {
  GARDEROBE_RETURN_IF_ERROR(TtpKeys::Generate(folder));
  GARDEROBE_ASSIGN_OR_RETURN(const TtpKeys keys, TtpKeys::Read(folder));
  return ToHex(VerifyKeyOf(keys.signing).bytes());
}

}  // namespace
}  // namespace garderobe::ttp

int main(int argc, char** argv) {
  using namespace garderobe;
  ttp::Config config;
  Settings settings;
  AddDaemonSettings(settings, &config.daemon);
  settings.Number("server.streams_max", &config.streams_max,
                  "Streams at the same time, two a delivery; a further one is "
                  "told to wait.",
                  2, 4096);
  settings.Number("server.client_streams_max", &config.client_streams_max,
                  "The same of one client.", 2, 4096);
  settings.Number("server.hello_ms", &config.hello_ms,
                  "How long a stream may take to begin, ms.", 100, 600000);
  settings.Number("server.idle_ms", &config.idle_ms,
                  "How long a stream may stand still, ms.", 1000, 86400000);
  settings.Text("keys.directory", &config.keys,
                "Folder with the TTP's key files; mode 0600 each.");
  settings.Address("vault.address", &config.vault_address,
                   "IP address and port of vaultd.", /*required=*/true);
  settings.Address("aggregator.address", &config.aggregator_address,
                   "IP address and port of aggregatord.", /*required=*/true);
  settings.Text("pins.vault", &config.vault_pin,
                "Ed25519 key that signs the vault's parameters, hex.", true);
  settings.Text("pins.aggregator", &config.aggregator_pin,
                "Ed25519 key that signs the aggregator's parameters, hex.",
                true);
  settings.Number("gather.rows", &config.gather_rows,
                  "Relations that go to the vault at once, at least.", 1, 4000);
  settings.Number("gather.wait_ms", &config.gather_ms,
                  "How long fewer relations wait for others, ms.", 0, 600000);
  settings.Number("retention.hours", &config.retention_hours,
                  "Hours from one removal of what is too old to the next.", 1,
                  720);
  return DaemonMain(argc, argv, settings,
                    {"ttpd", [&] { return ttp::Check(config); },
                     [&] { return ttp::Run(config); }, ttp::GenerateKeys,
                     [&] {
                       return Inventory::GiveUpMissing(config.keys,
                                                       ttp::PlacesOf(config));
                     }});
}
