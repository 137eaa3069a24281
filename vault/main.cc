// vaultd: who belongs together. What it may know: vault/README.md.
#include <algorithm>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/files.h"
#include "core/base/folder_lock.h"
#include "core/daemon/command_line.h"
#include "core/daemon/custody_settings.h"
#include "core/daemon/data_folder.h"
#include "core/daemon/renew_parameters.h"
#include "core/daemon/repeat.h"
#include "core/daemon/store_rewriter.h"
#include "core/daemon/store_verifier.h"
#include "core/keys/pins.h"
#include "core/register/nameless.h"
#include "core/register/register_service.h"
#include "core/store/store_rotation.h"
#include "spdlog/spdlog.h"
#include "vault/link/estimate.h"
#include "vault/model_keeper.h"
#include "vault/rotation.h"
#include "vault/service.h"

namespace garderobe::vault {
namespace {

struct Config {
  DaemonConfig daemon;
  CustodySettings custodians;
  std::string keys = "keys";
  std::string aggregator_pin, ttp_pin;
  int64_t forget_order_minutes = 60;
  int64_t round_entries = 256;
  int64_t links_persons = 64;
  int64_t links_wait_seconds = 86400;
  int64_t tokens_per_month = 2'000'000'000;
  int64_t identities_per_month = 20'000;
  std::string model;
  int64_t population = static_cast<int64_t>(kPopulationDefault);
  bool estimate = true;
};

std::string StorePath(const Config& config) {
  return config.daemon.data + "/store";
}

Inventory::Places PlacesOf(const Config& config) {
  return {{"store", StorePath(config)},
          {"register.pb", config.daemon.data + "/register.pb"},
          {"agreements.pb", config.daemon.data + "/agreements.pb"}};
}

absl::StatusOr<MatchParameters> ReadModel(const Config& config) {
  if (!config.model.empty()) return MatchParameters::Read(config.model);
  return MatchParameters::ForPopulation(
      static_cast<uint64_t>(config.population));
}

absl::Status Check(const Config& config) {
  GARDEROBE_RETURN_IF_ERROR(CheckDaemonConfig(config.daemon));
  GARDEROBE_RETURN_IF_ERROR(CheckCustody(config.custodians));
  GARDEROBE_RETURN_IF_ERROR(
      ParsePin("pins.aggregator", config.aggregator_pin).status());
  if (!config.ttp_pin.empty()) {
    GARDEROBE_RETURN_IF_ERROR(ParsePin("pins.ttp", config.ttp_pin).status());
  }
  GARDEROBE_RETURN_IF_ERROR(ReadModel(config).status());
  return VaultKeys::Read(config.keys).status();
}

absl::Status Run(const Config& config) {
  GARDEROBE_ASSIGN_OR_RETURN(auto daemon,
                             Daemon::Create("vault", config.daemon));
  GARDEROBE_ASSIGN_OR_RETURN(const FolderLock lock,
                             FolderLock::Take(config.keys));
  GARDEROBE_ASSIGN_OR_RETURN(VaultKeys keys, VaultKeys::Read(config.keys));
  GARDEROBE_ASSIGN_OR_RETURN(
      const VerifyKey pin, ParsePin("pins.aggregator", config.aggregator_pin));
  GARDEROBE_ASSIGN_OR_RETURN(const MatchParameters model, ReadModel(config));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto inventory,
      CheckDataFolder(*daemon, config.keys, PlacesOf(config)));
  StoreOptions store_options = kStoreOptions;
  store_options.inventory = inventory.get();
  store_options.epoch = keys.epoch();
  GARDEROBE_ASSIGN_OR_RETURN(
      auto opened, Store::Open(StorePath(config), kFamilyNames, store_options));
  // What a rotation that was interrupted has left: former keys and tokens.
  GARDEROBE_RETURN_IF_ERROR(VaultKeys::TakeOverNext(config.keys).status());
  GARDEROBE_RETURN_IF_ERROR(RemoveRotationCopy(StorePath(config)));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto linker,
      Linker::Open(
          std::move(opened),
          {.model = model,
           .estimates = config.estimate && config.model.empty(),
           .changes = {.persons = static_cast<size_t>(config.links_persons),
                       .wait_seconds =
                           static_cast<uint64_t>(config.links_wait_seconds)},
           .clock = nullptr}));
  GARDEROBE_ASSIGN_OR_RETURN(auto serials,
                             SerialBook::Open(config.keys + "/serials"));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto authors,
      RegisterStore::Open(config.daemon.data + "/register.pb"));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto custodians,
      OpenCustody(config.custodians, "vault", config.keys));
  Store& store = linker->store();
  const bool is_new = linker->counts().relations == 0;
  Vault vault(
      std::move(keys), std::move(linker), std::move(serials), *authors,
      daemon->workers(),
      {.aggregator_pin = pin,
       .round_entries = static_cast<size_t>(config.round_entries),
       .caps = {
           .tokens = static_cast<uint64_t>(config.tokens_per_month),
           .identities = static_cast<uint64_t>(config.identities_per_month)}});
  VaultServiceImpl service(vault, *daemon);
  VaultRightsServiceImpl rights(vault, *daemon);
  RegisterServiceImpl register_service(*authors, *custodians,
                                       CheckWithoutNames);
  ReviewServiceImpl review(vault, *custodians, *daemon);
  VaultRetentionServiceImpl retention(vault.linker(), *daemon);
  RetentionCustodyServiceImpl custody(vault.linker().retention_calendar(),
                                      *custodians, daemon->workers(),
                                      ReleaseActionsOf(vault.linker()));

  auto& relations = prometheus::BuildGauge()
                        .Name("garderobe_vault_relations")
                        .Help("Relations known")
                        .Register(daemon->metrics())
                        .Add({});
  auto& persons = prometheus::BuildGauge()
                      .Name("garderobe_vault_persons")
                      .Help("Persons after linking")
                      .Register(daemon->metrics())
                      .Add({});
  auto& set_aside =
      prometheus::BuildGauge()
          .Name("garderobe_vault_tokens_set_aside")
          .Help("Tokens that more relations hold than a person has")
          .Register(daemon->metrics())
          .Add({});
  auto& contradictory =
      prometheus::BuildGauge()
          .Name("garderobe_vault_relations_contradictory")
          .Help("Relations whose pass another holds with another birth date")
          .Register(daemon->metrics())
          .Add({});
  auto& relinked =
      prometheus::BuildGauge()
          .Name("garderobe_vault_relinked_ratio")
          .Help("Part that is linked with the weights of now, 0 to 1")
          .Register(daemon->metrics())
          .Add({});
  auto& dropped =
      prometheus::BuildGauge()
          .Name("garderobe_vault_rows_dropped")
          .Help("Relations dropped since the start, for the visitor objects")
          .Register(daemon->metrics())
          .Add({});
  const auto measure = [&] {
    dropped.Set(static_cast<double>(vault.linker().dropped()));
    relinked.Set(vault.linker().relinking().value_or(1));
    const LinkCounts counts = vault.linker().counts();
    relations.Set(static_cast<double>(counts.relations));
    persons.Set(static_cast<double>(counts.persons));
    set_aside.Set(static_cast<double>(counts.set_aside));
    contradictory.Set(static_cast<double>(counts.contradictory));
  };
  measure();
  RunEvery(daemon->io(), daemon->workers(), std::chrono::seconds(5), measure);
  RunEvery(daemon->io(), daemon->workers(), std::chrono::hours(1), [&] {
    const auto ended = vault.linker().EndUnmatched();
    if (!ended.ok()) {
      spdlog::error("event=unmatched-objections reason=\"{}\"",
                    Message(ended.status()));
    } else if (*ended > 0) {
      spdlog::info("event=unmatched-objections ended={}", *ended);
    }
  });
  // Nothing older than this tells what arrived together, nor what was erased.
  const StoreRewriter rewriter(
      store, *daemon,
      {.period = std::chrono::minutes(config.forget_order_minutes),
       .at_start = !is_new,
       .needed = [&store] { return store.RemembersOrder(); },
       .before = nullptr,
       .after = nullptr});
  const StoreVerifier verifier(store);
  ModelKeeper model_keeper(vault.linker(),
                           [&] { return CheckStorage(*daemon, store); });
  model_keeper.Start();
  auto state = [&] {
    const absl::Status fit = CheckStorage(*daemon, store);
    return DaemonState{
        fit.ok(), vault.epoch(),
        fit.ok() ? model_keeper.state() : std::string(Message(fit))};
  };
  return daemon->Serve(
      {.services = {{&service,
                     v1::VaultService::service_full_name(),
                     {{Role::kParty, "ttp"}}},
                    {&rights,
                     v1::VaultRightsService::service_full_name(),
                     {{Role::kParty, "ttp"}}},
                    {&review,
                     v1::ReviewService::service_full_name(),
                     {{Role::kCustodian, ""}, {Role::kCoordinator, ""}}},
                    {&retention,
                     v1::VaultRetentionService::service_full_name(),
                     {{Role::kParty, "ttp"}}},
                    {&register_service,
                     v1::RegisterService::service_full_name(),
                     {{Role::kCustodian, ""}, {Role::kCoordinator, ""}}},
                    {&custody,
                     v1::RetentionCustodyService::service_full_name(),
                     {{Role::kCustodian, ""}, {Role::kCoordinator, ""}}}},
       .state = state,
       .reload = [&] { return authors->Reload(Today()); }});
}

absl::StatusOr<std::string> GenerateKeys(const std::string& folder) {
  GARDEROBE_RETURN_IF_ERROR(VaultKeys::Generate(folder));
  GARDEROBE_ASSIGN_OR_RETURN(const VaultKeys keys, VaultKeys::Read(folder));
  return ToHex(VerifyKeyOf(keys.signing).bytes());
}

absl::Status RotateAll(const Config& config, const std::string& folder) {
  GARDEROBE_ASSIGN_OR_RETURN(const FolderLock lock,
                             FolderLock::Take(config.keys));
  RotationPlaces places{StorePath(config), config.keys, folder, {}, {}};
  GARDEROBE_ASSIGN_OR_RETURN(places.ttp_pin,
                             ParsePin("pins.ttp", config.ttp_pin));
  GARDEROBE_ASSIGN_OR_RETURN(
      places.aggregator_pin,
      ParsePin("pins.aggregator", config.aggregator_pin));
  boost::asio::thread_pool workers(
      std::max(1u, std::thread::hardware_concurrency()));
  GARDEROBE_ASSIGN_OR_RETURN(
      const Rotated rotated,
      Rotate(places, workers, [next = 0.1](double part) mutable {
        if (part < next) return;
        next = part + 0.1;
        std::cout << fmt::format("{:.0f} % of the tokens\n", 100 * part)
                  << std::flush;
      }));
  std::cout << fmt::format(
      "the vault is of epoch {}{}; hand the folder on to the aggregator\n",
      rotated.epoch, rotated.went_on ? ", as was begun before" : "");
  return absl::OkStatus();
}

// What the pairs show most often, and what is made of it.
void PrintPatterns(const PatternCounts& counts, const MatchModel& model) {
  constexpr size_t kLines = 40;
  std::vector<std::pair<uint64_t, Pattern>> patterns;
  for (const auto& [bits, count] : counts.shared) {
    patterns.emplace_back(count, Pattern::From(bits));
  }
  std::stable_sort(patterns.begin(), patterns.end(),
                   [](auto& a, auto& b) { return a.first > b.first; });
  std::cout << "\n     pairs   bits  one person  family  shows\n";
  for (size_t i = 0; i < std::min(kLines, patterns.size()); ++i) {
    const auto& [count, pattern] = patterns[i];
    const MatchModel::Posterior posterior = model.PosteriorOf(pattern);
    std::cout << fmt::format("{:10} {:6.1f} {:11.3f} {:7.3f} ", count,
                             model.MatchBits(pattern), posterior.same,
                             posterior.family);
    for (size_t c = 0; c < kComparisonCount; ++c) {
      const auto comparison = static_cast<Comparison>(c);
      if (pattern.level(comparison) == Level::kMissing) continue;
      std::cout << fmt::format(" {}={}", ComparisonName(comparison),
                               LevelName(pattern.level(comparison)));
    }
    std::cout << "\n";
  }
}

// Reads beside a daemon that runs.
absl::Status EstimateWeights(const Config& config, const std::string& file) {
  if (std::filesystem::exists(file)) {
    return AlreadyExists("{} exists; existing files are kept", file);
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto store,
      Store::OpenToRead(StorePath(config), kFamilyNames, kStoreOptions));
  GARDEROBE_ASSIGN_OR_RETURN(const MatchParameters start, ReadModel(config));
  GARDEROBE_ASSIGN_OR_RETURN(const PatternCounts counts,
                             CountPatterns(*store, kRelationsLookedAt));
  const EstimateReport report = EstimateParameters(counts, start);
  GARDEROBE_RETURN_IF_ERROR(CreateFile(file, report.parameters.ToToml(), 0600));
  std::cout << fmt::format(
      "{} of {} relations, {} pairs that share a token, {} rounds\n"
      "one person: {:.3f} others a relation; one family: {:.3f}\n"
      "written to {}; name it as linking.model and start vaultd again\n",
      report.looked_at, report.relations, report.pairs, report.rounds,
      report.parameters.prior_same * static_cast<double>(report.relations),
      report.parameters.prior_family * static_cast<double>(report.relations),
      file);
  PrintPatterns(counts, MatchModel(report.parameters));
  return absl::OkStatus();
}

}  // namespace
}  // namespace garderobe::vault

int main(int argc, char** argv) {
  using namespace garderobe;
  vault::Config config;
  Settings settings;
  AddDaemonSettings(settings, &config.daemon);
  AddPartyPins(settings, &config.daemon.peers, {"ttp"});
  AddCustodianPins(settings, &config.daemon.peers);
  AddCustodySettings(settings, &config.custodians);
  settings.Text("keys.directory", &config.keys,
                "Folder with the vault's key files; mode 0600 each.");
  settings.Text("pins.aggregator", &config.aggregator_pin,
                "Ed25519 key that signs the aggregator's parameters, hex.",
                /*required=*/true);
  settings.Text("pins.ttp", &config.ttp_pin,
                "Ed25519 key that signs the TTP's parameters, hex; needed for "
                "--rotate only.");
  settings.Number("linking.population", &config.population,
                  "People whom the institutions reach together, roughly: among "
                  "few, less evidence makes two relations one person.",
                  1000, 1'000'000'000);
  settings.Flag("linking.estimate", &config.estimate,
                "Whether the weights of evidence are estimated from the store "
                "once it has 5,000 relations.");
  settings.Text("linking.model", &config.model,
                "Weights of evidence, a file as docs/linking.md tells, instead "
                "of those for the population or from the store.");
  settings.Number("round.rows", &config.round_entries,
                  "Entries of a round to the aggregator, however few are due: "
                  "what is over waits for the next.",
                  4, 8192);
  settings.Number("links.persons", &config.links_persons,
                  "Link changes wait until they concern so many persons.", 1,
                  100000);
  settings.Number("links.wait_seconds", &config.links_wait_seconds,
                  "For how long they wait at most, s.", 0, 604800);
  settings.Number("caps.tokens_per_month", &config.tokens_per_month,
                  "Tokens that are taken in a month, of all institutions; two "
                  "custodians can release more.",
                  1000, 1'000'000'000'000);
  settings.Number("caps.identities_per_month", &config.identities_per_month,
                  "Rights by identity that are exercised in a month, likewise.",
                  1, 1'000'000'000);
  settings.Number("order.forget_minutes", &config.forget_order_minutes,
                  "Minutes after which the store is written again, so that "
                  "nothing tells what arrived together; at the start, too.",
                  1, 1440);
  return DaemonMain(argc, argv, settings,
                    {"vaultd",
                     [&] { return vault::Check(config); },
                     [&] { return vault::Run(config); },
                     vault::GenerateKeys,
                     [&] {
                       return Inventory::GiveUpMissing(config.keys,
                                                       vault::PlacesOf(config));
                     },
                     {RenewParametersAction(config.keys),
                      {"--rotate", "FOLDER",
                       "go on to the next epoch with what the TTP has written "
                       "to FOLDER, write there what the aggregator needs, and "
                       "stop; no daemon has the store open meanwhile",
                       [&](const std::string& folder) {
                         return vault::RotateAll(config, folder);
                       }},
                      {"--estimate-weights", "FILE",
                       "estimate the weights of evidence from the store, write "
                       "them to FILE, and stop; the daemon may run meanwhile",
                       [&](const std::string& file) {
                         return vault::EstimateWeights(config, file);
                       }}}});
}
