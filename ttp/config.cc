#include "ttp/config.h"

#include "core/daemon/peer_settings.h"
#include "core/identifiers/padding.h"
#include "core/keys/pins.h"

namespace garderobe::ttp {

void AddSettings(Settings& settings, Config* config) {
  AddDaemonSettings(settings, &config->daemon);
  settings.Number("server.streams_max", &config->streams_max,
                  "Streams at the same time, two a delivery; a further one is "
                  "told to wait.",
                  2, 4096);
  settings.Number("server.client_streams_max", &config->client_streams_max,
                  "The same of one client.", 2, 4096);
  settings.Number("server.hello_ms", &config->hello_ms,
                  "How long a stream may take to begin, ms.", 100, 600000);
  settings.Number("server.idle_ms", &config->idle_ms,
                  "How long a stream may stand still, ms.", 1000, 86400000);
  settings.Text("keys.directory", &config->keys,
                "Folder with the TTP's key files; mode 0600 each.");
  settings.Address("vault.address", &config->vault_address,
                   "IP address and port of vaultd.", /*required=*/true);
  settings.Address("aggregator.address", &config->aggregator_address,
                   "IP address and port of aggregatord.", /*required=*/true);
  AddPartyPins(settings, &config->daemon.peers, {"vault", "aggregator"});
  AddCustodianPins(settings, &config->daemon.peers);
  AddAuditorPins(settings, &config->daemon.peers);
  AddCustodySettings(settings, &config->custodians);
  settings.Text("pins.vault", &config->vault_pin,
                "Ed25519 key that signs the vault's parameters, hex.", true);
  settings.Text("pins.aggregator", &config->aggregator_pin,
                "Ed25519 key that signs the aggregator's parameters, hex.",
                true);
  settings.Choice("protocol.padding", &config->padding,
                  "Kinds of identifiers that every row has to have, with a "
                  "dummy where the customer shows nothing.",
                  {"none", "birth", "all"});
  settings.Number("gather.rows", &config->gather_rows,
                  "Relations that go to the vault together, at least.", 1,
                  4000);
  settings.Number("gather.institutions", &config->gather_institutions,
                  "Of how many institutions they are, at least.", 1, 1000);
  settings.Number("gather.wait_ms", &config->gather_wait_ms,
                  "How long a relation waits for others at most, ms.", 0,
                  86400000);
  settings.Number("round.wait_ms", &config->round_wait_ms,
                  "From one round of rights and link changes to the next, ms.",
                  50, 3600000);
  settings.Number("retention.hours", &config->retention_hours,
                  "Hours from one removal of what is too old to the next.", 1,
                  720);
  settings.Number("audit.crowds_kept", &config->audit_crowds_kept,
                  "Crowds that can be proved to an auditor: the last so many, "
                  "in memory, as long as they have at most 32,000 rows "
                  "together; 0 keeps none.",
                  0, 64);
}

uint32_t PaddingOf(const Config& config) { return PaddedKinds(config.padding); }

absl::StatusOr<Upstream::Options> UpstreamOptions(const Config& config) {
  Upstream::Options options;
  GARDEROBE_ASSIGN_OR_RETURN(KeyPins vault,
                             PartyPins(config.daemon.peers, "vault"));
  GARDEROBE_ASSIGN_OR_RETURN(KeyPins aggregator,
                             PartyPins(config.daemon.peers, "aggregator"));
  const CalledDaemon vaultd{config.vault_address, "vaultd", std::move(vault)};
  const CalledDaemon aggregatord{config.aggregator_address, "aggregatord",
                                 std::move(aggregator)};
  options.vault_channel = [vaultd, tls = config.daemon.tls] {
    return TlsChannel(vaultd, tls);
  };
  options.aggregator_channel = [aggregatord, tls = config.daemon.tls] {
    return TlsChannel(aggregatord, tls);
  };
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
  GARDEROBE_RETURN_IF_ERROR(CheckDaemonConfig(config.daemon));
  GARDEROBE_RETURN_IF_ERROR(CheckCustody(config.custodians));
  GARDEROBE_RETURN_IF_ERROR(UpstreamOptions(config).status());
  return TtpKeys::Read(config.keys).status();
}

}  // namespace garderobe::ttp
