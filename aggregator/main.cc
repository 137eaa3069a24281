// aggregatord: visits under pseudonyms. What it may know:
// aggregator/README.md.
#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "aggregator/rotation.h"
#include "aggregator/service.h"
#include "core/base/folder_lock.h"
#include "core/daemon/command_line.h"
#include "core/daemon/custody_settings.h"
#include "core/daemon/data_folder.h"
#include "core/daemon/renew_parameters.h"
#include "core/daemon/repeat.h"
#include "core/daemon/store_rewriter.h"
#include "core/daemon/store_verifier.h"
#include "core/keys/pins.h"
#include "core/register/register_service.h"
#include "core/store/store_rotation.h"
#include "spdlog/spdlog.h"

namespace garderobe::aggregator {
namespace {

struct Config {
  DaemonConfig daemon;
  CustodySettings custodians;
  std::string keys = "keys";
  std::string answer_address, vault_pin, ttp_pin;
  int64_t ledger_mib = 1024;
  int64_t forget_minutes = 60;
  int64_t grace_days = 30;
  int64_t customers_minutes = 1440;
};

std::string StorePath(const Config& config) {
  return config.daemon.data + "/store";
}

Inventory::Places PlacesOf(const Config& config) {
  return {{"store", StorePath(config)},
          {"register.pb", config.daemon.data + "/register.pb"},
          {"agreements.pb", config.daemon.data + "/agreements.pb"}};
}

absl::Status Check(const Config& config) {
  GARDEROBE_RETURN_IF_ERROR(CheckDaemonConfig(config.daemon));
  GARDEROBE_RETURN_IF_ERROR(CheckCustody(config.custodians));
  GARDEROBE_RETURN_IF_ERROR(ParsePin("pins.vault", config.vault_pin).status());
  if (!config.ttp_pin.empty()) {
    GARDEROBE_RETURN_IF_ERROR(ParsePin("pins.ttp", config.ttp_pin).status());
  }
  return AggregatorKeys::Read(config.keys).status();
}

absl::Status Run(const Config& config) {
  GARDEROBE_ASSIGN_OR_RETURN(auto daemon,
                             Daemon::Create("aggregator", config.daemon));
  GARDEROBE_ASSIGN_OR_RETURN(const FolderLock lock,
                             FolderLock::Take(config.keys));
  GARDEROBE_ASSIGN_OR_RETURN(AggregatorKeys keys,
                             AggregatorKeys::Read(config.keys));
  GARDEROBE_ASSIGN_OR_RETURN(const KeyPins answer_pins,
                             PartyPins(config.daemon.peers, "answer"));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto inventory,
      CheckDataFolder(*daemon, config.keys, PlacesOf(config)));
  StoreOptions store_options = kStoreOptions;
  store_options.inventory = inventory.get();
  store_options.epoch = keys.epoch();
  GARDEROBE_ASSIGN_OR_RETURN(
      auto store, Store::Open(StorePath(config), kFamilyNames, store_options));
  // What a rotation that was interrupted has left: former pseudonyms.
  GARDEROBE_RETURN_IF_ERROR(RemoveRotationCopy(StorePath(config)));
  const uint32_t epoch = keys.epoch();
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
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto custodians,
      OpenCustody(config.custodians, "aggregator", config.keys));
  Publisher publisher(*aggregator, *institutions, config.grace_days);
  AnswerPusher pusher(
      *aggregator, publisher, {config.answer_address, "answerd", answer_pins},
      config.daemon.tls, std::chrono::minutes(config.customers_minutes));
  AggregatorServiceImpl service(*aggregator, *institutions, pusher, *daemon);
  AggregatorRightsServiceImpl rights(*aggregator, *institutions, *daemon);
  AggregatorRetentionServiceImpl retention(*aggregator, *institutions, *daemon);
  RetentionCustodyServiceImpl custody(aggregator->retention().calendar(),
                                      *custodians, daemon->workers(),
                                      ReleaseActionsOf(*aggregator));
  PublisherServiceImpl publisher_service(publisher, pusher, *daemon);
  RegisterServiceImpl register_service(*institutions, *custodians);

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
             forgotten = aggregator->forgetting().Last();
             return forgotten.has_value();
           },
       .before = [&]() -> absl::Status {
         GARDEROBE_ASSIGN_OR_RETURN(const uint64_t swept,
                                    aggregator->sweep().Run());
         spdlog::info("event=swept pseudonyms={}", swept);
         // A publication that counts as things were keeps them on the disk.
         was_read = aggregator->store().HasSnapshots();
         return absl::OkStatus();
       },
       .after = [&]() -> absl::Status {
         if (was_read || !forgotten) return absl::OkStatus();
         return aggregator->forgetting().Confirm(*forgotten);
       }});
  const StoreVerifier verifier(aggregator->store());
  auto state = [&] {
    const absl::Status fit = CheckStorage(*daemon, aggregator->store());
    const auto counts = aggregator->counts();
    return DaemonState{fit.ok(), epoch,
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
                     {coordinator, {Role::kCustodian, ""}}},
                    {&publisher_service,
                     v1::PublisherService::service_full_name(),
                     {coordinator}},
                    {&register_service,
                     v1::RegisterService::service_full_name(),
                     {coordinator, {Role::kCustodian, ""}}}},
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

absl::Status RotateAll(const Config& config, const std::string& folder) {
  GARDEROBE_ASSIGN_OR_RETURN(const FolderLock lock,
                             FolderLock::Take(config.keys));
  RotationPlaces places{StorePath(config), config.keys, folder, {}, {}};
  GARDEROBE_ASSIGN_OR_RETURN(places.ttp_pin,
                             ParsePin("pins.ttp", config.ttp_pin));
  GARDEROBE_ASSIGN_OR_RETURN(places.vault_pin,
                             ParsePin("pins.vault", config.vault_pin));
  boost::asio::thread_pool workers(
      std::max(1u, std::thread::hardware_concurrency()));
  GARDEROBE_ASSIGN_OR_RETURN(const Rotated rotated, Rotate(places, workers));
  std::cout << fmt::format("the aggregator is of epoch {}{}\n", rotated.epoch,
                           rotated.went_on ? ", as was begun before" : "");
  return absl::OkStatus();
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
  AddCustodySettings(settings, &config.custodians);
  settings.Text("keys.directory", &config.keys,
                "Folder with the aggregator's key files; mode 0600 each.");
  settings.Text("pins.vault", &config.vault_pin,
                "Ed25519 key that signs the vault's parameters, hex.",
                /*required=*/true);
  settings.Text("pins.ttp", &config.ttp_pin,
                "Ed25519 key that signs the TTP's parameters, hex; needed for "
                "--rotate only.");
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
  settings.Number("mirror.customers_minutes", &config.customers_minutes,
                  "Minutes between two counts of an institution's own "
                  "customers. Short ones are for trials: from two counts "
                  "answerd could tell what one customer is like.",
                  0, 10'080);
  return DaemonMain(argc, argv, settings,
                    {"aggregatord",
                     [&] { return aggregator::Check(config); },
                     [&] { return aggregator::Run(config); },
                     aggregator::GenerateKeys,
                     [&] {
                       return Inventory::GiveUpMissing(
                           config.keys, aggregator::PlacesOf(config));
                     },
                     {RenewParametersAction(config.keys),
                      {"--rotate", "FOLDER",
                       "go on to the next epoch with what TTP and vault have "
                       "written to FOLDER, and stop; no daemon has the store "
                       "open meanwhile",
                       [&](const std::string& folder) {
                         return aggregator::RotateAll(config, folder);
                       }}}});
}
