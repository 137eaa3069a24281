// ttpd: converts, maps and forwards; opens nothing. What it may know:
// ttp/README.md.
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/folder_lock.h"
#include "core/daemon/command_line.h"
#include "core/daemon/data_folder.h"
#include "core/daemon/renew_parameters.h"
#include "core/daemon/repeat.h"
#include "core/register/register_service.h"
#include "core/retention/custody_service.h"
#include "spdlog/spdlog.h"
#include "ttp/audit_service.h"
#include "ttp/budget_service.h"
#include "ttp/config.h"
#include "ttp/delivery_service.h"
#include "ttp/retention_day.h"
#include "ttp/retention_service.h"
#include "ttp/rights_service.h"
#include "ttp/rotation.h"

namespace garderobe::ttp {
namespace {

prometheus::Counter& Count(Daemon& daemon, const char* name, const char* help) {
  return prometheus::BuildCounter()
      .Name(name)
      .Help(help)
      .Register(daemon.metrics())
      .Add({});
}

absl::Status Run(const Config& config) {
  UnderWay under_way;  // first: what the daemon still holds at the end uses it
  OpenFeeds open_feeds;
  GARDEROBE_ASSIGN_OR_RETURN(auto daemon, Daemon::Create("ttp", config.daemon));
  // Where a rotation was interrupted, former scalars are still there.
  GARDEROBE_ASSIGN_OR_RETURN(const FolderLock lock,
                             FolderLock::Take(config.keys));
  GARDEROBE_RETURN_IF_ERROR(TtpKeys::TakeOverNext(config.keys).status());
  GARDEROBE_ASSIGN_OR_RETURN(const TtpKeys keys, TtpKeys::Read(config.keys));
  GARDEROBE_ASSIGN_OR_RETURN(auto upstream_options, UpstreamOptions(config));
  const uint32_t padding = PaddingOf(config);
  const Parameters parameters = keys.Public(padding);
  const SignedBody signed_parameters = SignParameters(keys.signing, parameters);
  // As a client would read it: an issue that has ended is not served.
  GARDEROBE_RETURN_IF_ERROR(
      VerifyParameters(VerifyKeyOf(keys.signing), "ttp", signed_parameters.body,
                       signed_parameters.signature, Today())
          .status());
  GARDEROBE_ASSIGN_OR_RETURN(const TtpParameters own_parameters,
                             TtpParameters::From(parameters));
  upstream_options.own = own_parameters;
  upstream_options.issue = keys.issue;
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto inventory,
      CheckDataFolder(*daemon, config.keys, PlacesOf(config)));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto institutions,
      RegisterStore::Open(config.daemon.data + "/register.pb"));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto budgets,
      Budgets::Open(config.daemon.data + "/budgets.pb", *institutions));
  GARDEROBE_ASSIGN_OR_RETURN(auto serials,
                             SerialBook::Open(config.keys + "/serials"));
  KeptCrowds kept_crowds(static_cast<size_t>(config.audit_crowds_kept));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto custodians,
      OpenCustody(config.custodians, "ttp", config.keys));
  Upstream upstream(upstream_options, *serials);
  const Converter converter(keys, padding, daemon->workers(),
                            /*keeps_traces=*/config.audit_crowds_kept > 0);
  Pool pool(daemon->io(),
            [&](const Pool::Crowd& crowd, Pool::Traces traces,
                Pool::Answered answered) {
              upstream.LinkRelations(
                  crowd, kept_crowds.Keeping(crowd, std::move(traces),
                                             std::move(answered)));
            },
            {.rows = static_cast<size_t>(config.gather_rows),
             .institutions = static_cast<size_t>(config.gather_institutions),
             .wait = std::chrono::milliseconds(config.gather_wait_ms)});
  FairQueue queue(daemon->workers(), daemon->worker_count());
  const Parts parts{
      *daemon,
      *institutions,
      upstream,
      converter,
      pool,
      queue,
      *budgets,
      under_way,
      open_feeds,
      Count(*daemon, "garderobe_ttp_visits_total", "Visits acknowledged"),
      Count(*daemon, "garderobe_ttp_relations_total", "Relations acknowledged"),
      Count(*daemon, "garderobe_ttp_refused_calls_total",
            "Calls refused for want of permission")};
  DeliveryServiceImpl delivery(
      parts, signed_parameters,
      {config.streams_max,
       config.client_streams_max,
       {.hello = std::chrono::milliseconds(config.hello_ms),
        .batch = std::chrono::milliseconds(config.idle_ms)}});
  RunEvery(daemon->io(), daemon->workers(), std::chrono::seconds(1),
           [&delivery] { delivery.EndIdleStreams(); });
  const auto round_wait = std::chrono::milliseconds(config.round_wait_ms);
  Rights rights(converter, upstream, *budgets);
  RightsQueue rights_queue(rights, under_way, round_wait);
  RightsServiceImpl rights_service(rights_queue, *institutions,
                                   parts.refused_calls);
  Rounds rounds(daemon->io(), converter, upstream, round_wait);
  rounds.Start([&] { rights_queue.BeforeRound(); },
               [&](const Rounds::Carried& carried) {
                 rights_queue.AfterRound(carried);
               });
  LinkServiceImpl link_service(rounds);
  GARDEROBE_ASSIGN_OR_RETURN(
      auto calendar, OpenRunCalendar(config.daemon.data + "/retention.pb"));
  Retention retention(converter, *institutions, upstream, under_way, *calendar);
  RetentionServiceImpl retention_service(retention);
  RetentionCustodyServiceImpl custody(*calendar, *custodians,
                                      daemon->workers());
  BudgetServiceImpl budget_service(*budgets, *institutions, *custodians);
  auto& budgets_used = prometheus::BuildGauge()
                           .Name("garderobe_ttp_budget_used_ratio")
                           .Help(
                               "Part of the tokens allowed this month that was "
                               "delivered, by institution")
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
  RegisterServiceImpl register_service(*institutions, *custodians);
  AuditServiceImpl audit_service(
      {kept_crowds, upstream, keys, own_parameters, signed_parameters});
  RunEvery(daemon->io(), daemon->workers(), std::chrono::seconds(1),
           [&audit_service] { audit_service.EndIdleStreams(); });

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
        reachable.ok(), keys.epoch(),
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
      {coordinator, {Role::kCustodian, ""}}};
  const absl::Status served =
      daemon->Serve({.services = {{&delivery,
                                   v1::DeliveryService::service_full_name(),
                                   {{Role::kClient, ""}}},
                                  {&rights_service,
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
                                  {&audit_service,
                                   v1::AuditService::service_full_name(),
                                   {{Role::kAuditor, ""}}},
                                  {&register_service,
                                   v1::RegisterService::service_full_name(),
                                   {coordinator, {Role::kCustodian, ""}}}},
                     .registered_pins =
                         [&](const Peer& peer) {
                           return peer.role == Role::kClient
                                      ? institutions->ClientPins(peer.name)
                                      : KeyPins();
                         },
                     .state = state,
                     .reload = [&] { return institutions->Reload(Today()); },
                     .on_drain = [&] { pool.Stop(); },
                     .on_deadline = [&] { upstream.Stop(); }});
  // Answers still to come would find their callers gone.
  upstream.Stop();
  rounds.Stop();
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

// What vault and aggregator publish, of the epoch that the TTP is of.
absl::StatusOr<std::shared_ptr<const Published>> FetchOnce(
    const Config& config, const TtpKeys& keys) {
  constexpr int kAttempts = 20;
  constexpr std::chrono::milliseconds kBetween{250};
  GARDEROBE_ASSIGN_OR_RETURN(auto options, UpstreamOptions(config));
  GARDEROBE_ASSIGN_OR_RETURN(options.own,
                             TtpParameters::From(keys.Public(/*padding=*/0)));
  options.issue = keys.issue;
  GARDEROBE_ASSIGN_OR_RETURN(auto serials,
                             SerialBook::Open(config.keys + "/serials"));
  Upstream upstream(options, *serials);
  absl::Status fetched = upstream.Fetch();
  for (int i = 0; i < kAttempts && absl::IsUnavailable(fetched); ++i) {
    std::this_thread::sleep_for(kBetween);
    fetched = upstream.Fetch();
  }
  upstream.Stop();
  if (absl::IsUnavailable(fetched)) {
    return Annotate(fetched, "vaultd and aggregatord have to run");
  }
  GARDEROBE_RETURN_IF_ERROR(fetched);
  return upstream.published();
}

absl::Status RotateAll(const Config& config, const std::string& folder) {
  GARDEROBE_ASSIGN_OR_RETURN(const FolderLock lock,
                             FolderLock::Take(config.keys));
  GARDEROBE_ASSIGN_OR_RETURN(const bool was_interrupted,
                             TtpKeys::TakeOverNext(config.keys));
  GARDEROBE_ASSIGN_OR_RETURN(const TtpKeys keys, TtpKeys::Read(config.keys));
  if (was_interrupted) {
    std::cout << fmt::format(
        "the rotation to epoch {}, which was interrupted, is complete; what it "
        "wrote for vault and aggregator holds\n",
        keys.epoch());
    return absl::OkStatus();
  }
  GARDEROBE_ASSIGN_OR_RETURN(const auto published, FetchOnce(config, keys));
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return Unavailable("cannot create {}: {}", folder, error.message());
  GARDEROBE_ASSIGN_OR_RETURN(
      const StoredIssue issue,
      RotateKeys(config.keys, folder,
                 {published->vault.sealing_key,
                  published->aggregator.sealing_key,
                  {published->aggregator_signed.body(),
                   published->aggregator_signed.signature()}}));
  std::cout << fmt::format(
      "the TTP is of epoch {}, serial {}, valid until {}; hand {} on to the "
      "vault, and then to the aggregator\n",
      issue.issue.epoch, issue.issue.serial,
      ToIso(FromDayNumber(issue.issue.valid_until)), folder);
  return absl::OkStatus();
}

}  // namespace
}  // namespace garderobe::ttp

int main(int argc, char** argv) {
  using namespace garderobe;
  ttp::Config config;
  Settings settings;
  ttp::AddSettings(settings, &config);
  return DaemonMain(argc, argv, settings,
                    {"ttpd",
                     [&] { return ttp::Check(config); },
                     [&] { return ttp::Run(config); },
                     ttp::GenerateKeys,
                     [&] {
                       return Inventory::GiveUpMissing(config.keys,
                                                       ttp::PlacesOf(config));
                     },
                     {RenewParametersAction(config.keys),
                      {"--rotate", "FOLDER",
                       "draw the scalars of the next epoch, write to FOLDER "
                       "what vault and aggregator need to follow, and stop; "
                       "these two run meanwhile, and ttpd does not",
                       [&](const std::string& folder) {
                         return ttp::RotateAll(config, folder);
                       }}}});
}
