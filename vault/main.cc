// vaultd: who belongs together. What it may know: vault/README.md.
#include "core/daemon/daemon.h"
#include "core/keys/pins.h"
#include "spdlog/spdlog.h"
#include "vault/service.h"

namespace garderobe::vault {
namespace {

struct Config {
  DaemonConfig daemon;
  std::string keys = "keys";
  std::string aggregator_pin;
  int64_t forget_order_minutes = 60;
  std::string model;
};

absl::StatusOr<MatchParameters> ReadModel(const std::string& path) {
  if (path.empty()) return MatchParameters::Default();
  return MatchParameters::Read(path);
}

// Writes the store again at the start, unless it is new, and then every
// `period` when something was written: nothing older tells what arrived
// together. On a thread of its own, for it takes long.
class OrderForgetter {
 public:
  OrderForgetter(Store& store, bool is_new, Daemon& daemon,
                 std::chrono::seconds period)
      : store_(store), due_(std::chrono::steady_clock::now()) {
    if (is_new) due_ += period;
    RunEvery(daemon.io(), thread_, std::chrono::seconds(5), [this, period] {
      const auto now = std::chrono::steady_clock::now();
      if (now < due_ || !store_.RemembersOrder()) return;
      const absl::Status done = store_.ForgetOrder();
      if (!done.ok()) {
        spdlog::warn("event=order-not-forgotten reason=\"{}\"", Message(done));
      } else {
        const std::chrono::duration<double> took =
            std::chrono::steady_clock::now() - now;
        spdlog::info("event=order-forgotten seconds={:.1f}", took.count());
      }
      due_ = now + period;
    });
  }
  ~OrderForgetter() {
    store_.CancelForget();
    thread_.join();
  }

 private:
  Store& store_;
  boost::asio::thread_pool thread_{1};
  std::chrono::steady_clock::time_point due_;  // only on that thread
};

absl::Status Check(const Config& config) {
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(config.daemon.tls));
  GARDEROBE_RETURN_IF_ERROR(
      ParsePin("pins.aggregator", config.aggregator_pin).status());
  GARDEROBE_RETURN_IF_ERROR(ReadModel(config.model).status());
  return VaultKeys::Read(config.keys).status();
}

absl::Status Run(const Config& config) {
  GARDEROBE_ASSIGN_OR_RETURN(auto daemon,
                             Daemon::Create("vault", config.daemon));
  GARDEROBE_ASSIGN_OR_RETURN(VaultKeys keys, VaultKeys::Read(config.keys));
  GARDEROBE_ASSIGN_OR_RETURN(
      const VerifyKey pin, ParsePin("pins.aggregator", config.aggregator_pin));
  GARDEROBE_ASSIGN_OR_RETURN(const MatchParameters model,
                             ReadModel(config.model));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto linker, Linker::Open(config.daemon.data, model, nullptr,
                                [next = 0.0](double part) mutable {
                                  if (part < next) return;
                                  next = part + 0.1;
                                  spdlog::info(
                                      "event=linking-again percent={:.0f}",
                                      100 * part);
                                }));
  Store& store = linker->store();
  const bool is_new = linker->counts().relations == 0;
  Vault vault(std::move(keys), pin, std::move(linker), daemon->workers());
  VaultServiceImpl service(vault, *daemon);

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
  RunEvery(daemon->io(), daemon->workers(), std::chrono::seconds(5), [&] {
    const LinkCounts counts = vault.linker().counts();
    relations.Set(static_cast<double>(counts.relations));
    persons.Set(static_cast<double>(counts.persons));
    set_aside.Set(static_cast<double>(counts.set_aside));
    contradictory.Set(static_cast<double>(counts.contradictory));
  });
  OrderForgetter forgetter(store, is_new, *daemon,
                           std::chrono::minutes(config.forget_order_minutes));
  auto state = [&] {
    const absl::Status disk = daemon->CheckDisk();
    return DaemonState{disk.ok(), Vault::kEpoch,
                       disk.ok() ? "linking" : std::string(Message(disk))};
  };
  return daemon->Serve({.services = {{&service,
                                      v1::VaultService::service_full_name(),
                                      {{Role::kParty, "ttp"}}}},
                        .state = state});
}

absl::StatusOr<std::string> GenerateKeys(const std::string& folder) {
  GARDEROBE_RETURN_IF_ERROR(VaultKeys::Generate(folder));
  GARDEROBE_ASSIGN_OR_RETURN(const VaultKeys keys, VaultKeys::Read(folder));
  return ToHex(VerifyKeyOf(keys.signing).bytes());
}

}  // namespace
}  // namespace garderobe::vault

int main(int argc, char** argv) {
  using namespace garderobe;
  vault::Config config;
  Settings settings;
  AddDaemonSettings(settings, &config.daemon);
  settings.Text("keys.directory", &config.keys,
                "Folder with the vault's key files; mode 0600 each.");
  settings.Text("pins.aggregator", &config.aggregator_pin,
                "Ed25519 key that signs the aggregator's parameters, hex.",
                /*required=*/true);
  settings.Text("linking.model", &config.model,
                "Weights of evidence, a file as docs/linking.md tells; empty: "
                "those that were estimated on the simulated country.");
  settings.Number("order.forget_minutes", &config.forget_order_minutes,
                  "Minutes after which the store is written again, so that "
                  "nothing tells what arrived together; at the start, too.",
                  1, 1440);
  return DaemonMain(argc, argv, settings,
                    {"vaultd", [&] { return vault::Check(config); },
                     [&] { return vault::Run(config); }, vault::GenerateKeys});
}
