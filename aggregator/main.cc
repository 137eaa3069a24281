// aggregatord: visits under pseudonyms. What it may know:
// aggregator/README.md.
#include "aggregator/service.h"
#include "core/daemon/command_line.h"
#include "core/daemon/data_folder.h"
#include "core/daemon/renew_parameters.h"
#include "core/daemon/repeat.h"
#include "core/daemon/store_rewriter.h"
#include "core/daemon/store_verifier.h"
#include "core/keys/pins.h"
#include "core/register/register_service.h"
#include "spdlog/spdlog.h"

namespace garderobe::aggregator {
namespace {

struct Config {
  DaemonConfig daemon;
  std::string keys = "keys";
  std::string answer_address, vault_pin;
  int64_t ledger_mib = 1024;
  int64_t forget_minutes = 60;
  int64_t grace_days = 30;
};

Inventory::Places PlacesOf(const Config& config) {
  return {{"store", config.daemon.data + "/store"},
          {"register.pb", config.daemon.data + "/register.pb"},
          {"agreements.pb", config.daemon.data + "/agreements.pb"}};
}

absl::Status Check(const Config& config) {
  GARDEROBE_RETURN_IF_ERROR(CheckDaemonConfig(config.daemon));
  GARDEROBE_RETURN_IF_ERROR(ParsePin("pins.vault", config.vault_pin).status());
  return AggregatorKeys::Read(config.keys).status();
}

absl::Status Run(const Config& config) {
  GARDEROBE_ASSIGN_OR_RETURN(auto daemon,
                             Daemon::Create("aggregator", config.daemon));
  GARDEROBE_ASSIGN_OR_RETURN(AggregatorKeys keys,
                             AggregatorKeys::Read(config.keys));
  GARDEROBE_ASSIGN_OR_RETURN(const KeyPins answer_pins,
                             PartyPins(config.daemon.peers, "answer"));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto inventory,
      CheckDataFolder(*daemon, config.keys, PlacesOf(config)));
  StoreOptions store_options = kStoreOptions;
  store_options.inventory = inventory.get();
  GARDEROBE_ASSIGN_OR_RETURN(
      auto store,
      Store::Open(config.daemon.data + "/store", kFamilyNames, store_options));
  GARDEROBE_ASSIGN_OR_RETURN(const VerifyKey vault_pin,
                             ParsePin("pins.vault", config.vault_pin));
  GARDEROBE_ASSIGN_OR_RETURN(auto serials,
                             SerialBook::Open(config.keys + "/serials"));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto aggregator,
      Aggregator::Open(
          std::move(keys), std::move(store), daemon->workers(),
          {.vault_pin = vault_pin,
           .serials = serials.get(),
           .ledger_bytes_max = static_cast<size_t>(config.ledger_mib) << 20}));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto institutions,
      RegisterStore::Open(config.daemon.data + "/register.pb"));
  Publisher publisher(*aggregator, *institutions, config.grace_days);
  AnswerPusher pusher(*aggregator, publisher,
                      {config.answer_address, "answerd", answer_pins},
                      config.daemon.tls);
  AggregatorServiceImpl service(*aggregator, *institutions, pusher, *daemon);
  AggregatorRightsServiceImpl rights(*aggregator, *institutions, *daemon);
  AggregatorRetentionServiceImpl retention(*aggregator, *institutions, *daemon);
  RetentionCustodyServiceImpl custody(aggregator->retention_calendar(),
                                      daemon->workers(),
                                      ReleaseActionsOf(*aggregator));
  PublisherServiceImpl publisher_service(publisher, pusher, *daemon);
  RegisterServiceImpl register_service(*institutions);

  auto& persons = prometheus::BuildGauge()
                      .Name("garderobe_aggregator_pseudonyms")
                      .Help("Person pseudonyms known, before merges")
                      .Register(daemon->metrics())
                      .Add({});
  RunEvery(daemon->io(), daemon->workers(), std::chrono::seconds(5), [&] {
    persons.Set(static_cast<double>(aggregator->counts().persons));
    const absl::Status noted = inventory->NoteFiles();
    if (!noted.ok()) {
      spdlog::warn("event=inventory-not-written reason=\"{}\"", Message(noted));
    }
  });
  // What was erased leaves the disk, and so do pseudonyms of nobody.
  std::optional<uint64_t> forgotten;
  bool was_read = false;
  const StoreRewriter rewriter(
      aggregator->store(), *daemon,
      {.period = std::chrono::minutes(config.forget_minutes),
       .at_start = true,
       .needed =
           [&] {
             forgotten = aggregator->LastForgotten();
             return forgotten.has_value();
           },
       .before = [&]() -> absl::Status {
         GARDEROBE_ASSIGN_OR_RETURN(const uint64_t swept, aggregator->Sweep());
         spdlog::info("event=swept pseudonyms={}", swept);
         // A publication that counts as things were keeps them on the disk.
         was_read = aggregator->store().HasSnapshots();
         return absl::OkStatus();
       },
       .after = [&]() -> absl::Status {
         if (was_read || !forgotten) return absl::OkStatus();
         return aggregator->ConfirmForgotten(*forgotten);
       }});
  const StoreVerifier verifier(aggregator->store());
  auto state = [&] {
    const absl::Status fit = CheckStorage(*daemon, aggregator->store());
    const auto counts = aggregator->counts();
    return DaemonState{fit.ok(), AggregatorKeys::kEpoch,
                       fit.ok() ? fmt::format("{} institutions have delivered",
                                              counts.institutions)
                                : std::string(Message(fit))};
  };
  const Peer coordinator{Role::kCoordinator, ""};
  return daemon->Serve(
      {.services = {{&service,
                     v1::AggregatorService::service_full_name(),
                     {{Role::kParty, "ttp"}}},
                    {&rights,
                     v1::AggregatorRightsService::service_full_name(),
                     {{Role::kParty, "ttp"}}},
                    {&retention,
                     v1::AggregatorRetentionService::service_full_name(),
                     {{Role::kParty, "ttp"}}},
                    {&custody,
                     v1::RetentionCustodyService::service_full_name(),
                     {{Role::kCustodian, ""}}},
                    {&publisher_service,
                     v1::PublisherService::service_full_name(),
                     {coordinator}},
                    {&register_service,
                     v1::RegisterService::service_full_name(),
                     {coordinator}}},
       .state = state,
       .reload = [&] { return institutions->Reload(Today()); },
       .on_drain = [&] { pusher.Stop(); }});
}

absl::StatusOr<std::string> GenerateKeys(const std::string& folder) {
  GARDEROBE_RETURN_IF_ERROR(AggregatorKeys::Generate(folder));
  GARDEROBE_ASSIGN_OR_RETURN(const AggregatorKeys keys,
                             AggregatorKeys::Read(folder));
  return ToHex(VerifyKeyOf(keys.signing).bytes());
}

}  // namespace
}  // namespace garderobe::aggregator

int main(int argc, char** argv) {
  using namespace garderobe;
  aggregator::Config config;
  Settings settings;
  AddDaemonSettings(settings, &config.daemon);
  AddPartyPins(settings, &config.daemon.peers, {"ttp", "answer"});
  AddCustodianPins(settings, &config.daemon.peers);
  settings.Text("keys.directory", &config.keys,
                "Folder with the aggregator's key files; mode 0600 each.");
  settings.Text("pins.vault", &config.vault_pin,
                "Ed25519 key that signs the vault's parameters, hex.",
                /*required=*/true);
  settings.Address("answer.address", &config.answer_address,
                   "IP address and port of answerd.", /*required=*/true);
  settings.Number("memory.ledger_mib", &config.ledger_mib,
                  "Memory for the indices of institutions in use, MiB.", 16,
                  1 << 20);
  settings.Number("erase.forget_minutes", &config.forget_minutes,
                  "Minutes after which what was erased has left the disk, at "
                  "most: the store is written again then.",
                  1, 1440);
  settings.Number("publish.grace_days", &config.grace_days,
                  "Days after a period's end before it may be published.", 0,
                  400);
  return DaemonMain(argc, argv, settings,
                    {"aggregatord",
                     [&] { return aggregator::Check(config); },
                     [&] { return aggregator::Run(config); },
                     aggregator::GenerateKeys,
                     [&] {
                       return Inventory::GiveUpMissing(
                           config.keys, aggregator::PlacesOf(config));
                     },
                     {RenewParametersAction(config.keys)}});
}
