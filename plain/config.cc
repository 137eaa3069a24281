#include "plain/config.h"

#include "core/daemon/peer_settings.h"
#include "core/keys/pins.h"
#include "core/register/register_store.h"
#include "core/rpc/peer.h"
#include "plain/keys.h"

namespace garderobe::plain {
namespace {

// plaind is a client, and called as its certificate says.
absl::StatusOr<std::string> ClientName(const std::string& certificate) {
  GARDEROBE_ASSIGN_OR_RETURN(const CertificateInfo info,
                             ReadCertificate(certificate));
  const auto peer = ParsePeerUri(info.identity);
  if (!peer.ok() || peer->role != Role::kClient ||
      !IsInstitutionId(peer->name)) {
    return FailedPrecondition(
        "{} is not a client's: it has to say garderobe://client/<name>",
        certificate);
  }
  return peer->name;
}

}  // namespace

void AddSettings(Settings& settings, Config* config) {
  AddDaemonSettings(settings, &config->daemon);
  settings.Number("server.streams_max", &config->streams_max,
                  "Streams at the same time; a further one is told to wait. "
                  "ttpd has to allow as many of one client.",
                  1, 4096);
  settings.Number("server.client_streams_max", &config->client_streams_max,
                  "The same of one client.", 1, 4096);
  settings.Number("server.hello_ms", &config->hello_ms,
                  "How long a stream may take to begin, ms.", 100, 600000);
  settings.Number("server.idle_ms", &config->idle_ms,
                  "How long a stream may stand still, ms.", 1000, 86400000);
  settings.Text("keys.directory", &config->keys,
                "Folder with plaind's key files; mode 0600 each.");
  settings.Address("ttp.address", &config->ttp_address,
                   "IP address and port of ttpd.", /*required=*/true);
  AddPartyPins(settings, &config->daemon.peers, {"ttp"});
  AddCustodianPins(settings, &config->daemon.peers);
  AddCustodySettings(settings, &config->custodians);
  settings.Text("pins.ttp", &config->ttp_pin,
                "Ed25519 key that signs the TTP's parameters, hex.", true);
  settings.Text("pins.vault", &config->vault_pin,
                "Ed25519 key that signs the vault's parameters, hex.", true);
  settings.Text("pins.aggregator", &config->aggregator_pin,
                "Ed25519 key that signs the aggregator's parameters, hex.",
                true);
}

absl::StatusOr<client::Endpoint> EndpointOf(const Config& config) {
  client::Endpoint endpoint;
  GARDEROBE_ASSIGN_OR_RETURN(endpoint.client,
                             ClientName(config.daemon.tls.certificate));
  GARDEROBE_ASSIGN_OR_RETURN(KeyPins ttpd,
                             PartyPins(config.daemon.peers, "ttp"));
  endpoint.ttpd = {config.ttp_address, "ttpd", std::move(ttpd)};
  endpoint.tls = config.daemon.tls;
  GARDEROBE_ASSIGN_OR_RETURN(endpoint.ttp_pin,
                             ParsePin("pins.ttp", config.ttp_pin));
  GARDEROBE_ASSIGN_OR_RETURN(endpoint.vault_pin,
                             ParsePin("pins.vault", config.vault_pin));
  GARDEROBE_ASSIGN_OR_RETURN(
      endpoint.aggregator_pin,
      ParsePin("pins.aggregator", config.aggregator_pin));
  return endpoint;
}

Inventory::Places PlacesOf(const Config& config) {
  Inventory::Places places;
  for (const char* file : {"register.pb", "agreements.pb"}) {
    places.emplace(file, config.daemon.data + "/" + file);
  }
  return places;
}

absl::Status Check(const Config& config) {
  GARDEROBE_RETURN_IF_ERROR(CheckDaemonConfig(config.daemon));
  GARDEROBE_RETURN_IF_ERROR(CheckCustody(config.custodians));
  GARDEROBE_RETURN_IF_ERROR(EndpointOf(config).status());
  return PlainKeys::Read(config.keys).status();
}

}  // namespace garderobe::plain
