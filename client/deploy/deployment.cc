#include "client/deploy/deployment.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <thread>

#include "client/deploy/processes.h"
#include "core/base/files.h"
#include "core/base/nearest.h"
#include "core/config/settings.h"
#include "core/keys/key_file.h"
#include "core/keys/pins.h"
#include "core/register/register_store.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/sealing/author_payload.h"
#include "garderobe/v1/common.grpc.pb.h"
#include "spdlog/fmt/ranges.h"

namespace garderobe::client {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kUpTimeout{30};
constexpr std::chrono::seconds kDownTimeout{15};

std::string LastLine(const std::string& path) {
  auto text = ReadWholeFile(path);
  if (!text.ok()) return "";
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return text->substr(text->rfind('\n') + 1);
}

// The settings of client.toml.
struct ClientConfig {
  std::map<std::string, std::string> addresses, peers;  // by party
  std::string ttp_pin, vault_pin, aggregator_pin;
  bool demo_custodians = false;
};
void AddClientSettings(Settings& settings, ClientConfig* config) {
  for (const Party& party : kParties) {
    settings.Address(
        "addresses." + std::string(party.name),
        &config->addresses[std::string(party.name)],
        "IP address and port of " + std::string(party.daemon) + ".", true);
    settings.Text("peers." + std::string(party.name),
                  &config->peers[std::string(party.name)],
                  "Key of its certificate, as `garderobe pin` prints it.",
                  true);
  }
  settings.Address("addresses.plain", &config->addresses["plain"],
                   "IP address and port of plaind, where there is plain mode.");
  settings.Text("peers.plain", &config->peers["plain"],
                "Key of its certificate.");
  settings.Text("pins.ttp", &config->ttp_pin,
                "Ed25519 key that signs the TTP's parameters, hex.", true);
  settings.Text("pins.vault", &config->vault_pin,
                "Ed25519 key that signs the vault's parameters, hex.", true);
  settings.Text("pins.aggregator", &config->aggregator_pin,
                "Ed25519 key that signs the aggregator's parameters, hex.",
                true);
  settings.Flag("local.demo_custodians", &config->demo_custodians,
                "Custodians whose keys are in this folder approve every "
                "register that is imported. To try with only.");
}

absl::Status IsReady(const CalledDaemon& daemon, const TlsFiles& tls) {
  const auto stub = v1::StatusService::NewStub(TlsChannel(daemon, tls));
  grpc::ClientContext context;
  SetDeadline(context, std::chrono::seconds(2));
  v1::GetStatusResponse response;
  GARDEROBE_RETURN_IF_ERROR(FromGrpc(stub->GetStatus(&context, {}, &response)));
  if (!response.ready()) return Unavailable("{}", response.detail());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Deployment> Deployment::Open(const std::string& given) {
  // One spelling for all: what runs is recognised by its configuration's path.
  std::error_code error;
  const std::string folder = fs::weakly_canonical(given, error).string();
  if (error) return NotFound("cannot enter {}: {}", given, error.message());
  if (!fs::exists(folder + "/client.toml", error)) {
    if (error) return NotFound("cannot enter {}: {}", given, error.message());
    if (fs::exists(folder + "/clients", error) ||
        fs::exists(folder + "/analysts", error)) {
      return NotFound(
          "{} holds no client.toml, which says how to reach the parties; the "
          "coordinating body has one for you",
          folder);
    }
    return NotFound("{} is no deployment; `garderobe init {}` makes one",
                    folder, given);
  }
  ClientConfig config;
  Settings settings;
  AddClientSettings(settings, &config);
  GARDEROBE_RETURN_IF_ERROR(settings.ReadFile(folder + "/client.toml"));
  Deployment deployment(folder);
  std::vector<Party> named(kParties.begin(), kParties.end());
  if (config.addresses["plain"].empty() != config.peers["plain"].empty()) {
    return InvalidArgument(
        "{}/client.toml: addresses.plain and peers.plain go together", folder);
  }
  if (!config.addresses["plain"].empty()) named.push_back(kPlaind);
  for (const Party& party : named) {
    const std::string name(party.name);
    GARDEROBE_ASSIGN_OR_RETURN(
        KeyPins pins, ParseKeyPins("peers." + name, config.peers[name]));
    deployment.daemons_[name] = {config.addresses[name],
                                 std::string(party.daemon), std::move(pins)};
  }
  deployment.demo_custodians_ = config.demo_custodians;
  deployment.ttp_pin_ = config.ttp_pin;
  deployment.vault_pin_ = config.vault_pin;
  deployment.aggregator_pin_ = config.aggregator_pin;
  return deployment;
}

std::vector<Party> Deployment::programs() const {
  std::vector<Party> programs(kParties.begin(), kParties.end());
  if (has_plaind()) programs.insert(programs.begin(), kPlaind);
  return programs;
}

absl::Status Deployment::Start(const Party& party) const {
  const std::string place = fmt::format("{}/{}", folder_, party.name);
  const std::string config = fmt::format("{}/{}.toml", place, party.daemon);
  if (PidOf(party) != 0) return absl::OkStatus();
  return StartDaemon(ProgramFolder() + "/" + std::string(party.daemon), config,
                     fmt::format("{}/{}.log", folder_, party.daemon),
                     PidFile(party));
}

absl::Status Deployment::Up() const {
  for (const Party& party : programs()) GARDEROBE_RETURN_IF_ERROR(Start(party));
  const auto deadline = std::chrono::steady_clock::now() + kUpTimeout;
  for (;;) {
    // One that has ended is told before those that wait for it.
    for (const Party& party : programs()) {
      if (PidOf(party) != 0) continue;
      const std::string log = fmt::format("{}/{}.log", folder_, party.daemon);
      return Unavailable(
          "{} has ended; {} says: {} (`garderobe down` ends the others)",
          party.daemon, log, LastLine(log));
    }
    absl::Status waiting;
    for (const Party& party : programs()) {
      const absl::Status ready = IsReady(daemon(party.name), coordinator_tls());
      if (!ready.ok()) waiting = Annotate(ready, party.daemon);
    }
    if (waiting.ok()) return waiting;
    if (std::chrono::steady_clock::now() > deadline) {
      return Unavailable("not ready in time: {}", Message(waiting));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

std::string Deployment::PidFile(const Party& party) const {
  return fmt::format("{}/{}.pid", folder_, party.daemon);
}

pid_t Deployment::PidOf(const Party& party) const {
  return RunningDaemon(PidFile(party), fmt::format("{}/{}/{}.toml", folder_,
                                                   party.name, party.daemon));
}

absl::Status Deployment::Down() const {
  for (const Party& party : programs()) {
    const pid_t pid = PidOf(party);
    if (pid != 0 && kill(pid, 0) != 0 && errno == EPERM) {
      return PermissionDenied(
          "{} runs as another user, who may end it; nothing was done",
          party.daemon);
    }
  }
  // Those that ask before those that answer: what they still have to hand on
  // finds somebody there.
  for (const Party& party : programs()) {
    if (const pid_t pid = PidOf(party); pid != 0) kill(pid, SIGTERM);
    const auto deadline = std::chrono::steady_clock::now() + kDownTimeout;
    for (pid_t pid = PidOf(party); pid != 0; pid = PidOf(party)) {
      if (std::chrono::steady_clock::now() > deadline) kill(pid, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    unlink(PidFile(party).c_str());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Deployment::ClientFor(
    const std::string& institution, const std::string& client) const {
  if (!IsInstitutionId(institution)) {
    return InvalidArgument("--institution: 1 to 32 of a-z, 0-9 and -");
  }
  if (!client.empty() && !IsInstitutionId(client)) {
    return InvalidArgument("--client: 1 to 32 of a-z, 0-9 and -");
  }
  if (!fs::exists(handle_key(institution))) {
    std::vector<std::string> known;
    std::error_code error;
    for (const auto& entry :
         fs::directory_iterator(folder_ + "/institutions", error)) {
      known.push_back(entry.path().filename().string());
    }
    const std::string nearest = Nearest(institution, known);
    return NotFound(
        "{} holds no handle key of {}; {}`garderobe enroll --client NAME "
        "--institution {}` makes one, and so does `garderobe admin institution "
        "import REGISTER` where the authority is",
        folder_, institution,
        nearest.empty() ? "" : fmt::format("did you mean {}? ", nearest),
        institution);
  }
  std::vector<std::string> clients;
  std::error_code error;
  for (const auto& entry :
       fs::directory_iterator(folder_ + "/clients", error)) {
    if (fs::exists(entry.path() / "certificate.pem")) {
      clients.push_back(entry.path().filename().string());
    }
  }
  auto has = [&](const std::string& name) {
    return std::find(clients.begin(), clients.end(), name) != clients.end();
  };
  const std::string& wanted = client.empty() ? institution : client;
  if (has(wanted)) return wanted;
  if (client.empty() && clients.size() == 1) return clients.front();
  return NotFound(
      "{} holds no client {} with a certificate, which `garderobe enroll` asks "
      "for{}",
      folder_, wanted,
      client.empty() ? "; --client says who delivers for it" : "");
}

absl::Status Deployment::AddAuthors(
    v1::Register::Institution& institution) const {
  if (institution.authors_size() != 0) return absl::OkStatus();
  std::vector<std::string> keys = {author_key(institution.id())};
  const auto& clients = institution.clients();
  if (institution.plain() && std::find(clients.begin(), clients.end(),
                                       kPlaind.daemon) != clients.end()) {
    keys.push_back(plaind_author_key());
  }
  for (const std::string& path : keys) {
    if (!fs::exists(path)) continue;
    GARDEROBE_ASSIGN_OR_RETURN(const auto seed,
                               ReadSecret<AuthorSeed>(path, kAuthorRole));
    institution.add_authors()->set_key(std::string(AuthorKeyOf(seed).view()));
  }
  return absl::OkStatus();
}

std::string Deployment::ClientFolder(const std::string& client) const {
  if (client == kPlaind.daemon) return folder_ + "/plain/tls";
  return folder_ + "/clients/" + client;
}

absl::StatusOr<Endpoint> Deployment::EndpointOf(
    const std::string& client) const {
  Endpoint endpoint;
  endpoint.ttpd = daemon("ttp");
  if (has_plaind()) endpoint.plaind = daemon(kPlaind.name);
  endpoint.client = client;
  endpoint.tls = TlsIn("clients/" + client);
  GARDEROBE_ASSIGN_OR_RETURN(endpoint.ttp_pin, ParsePin("pins.ttp", ttp_pin_));
  GARDEROBE_ASSIGN_OR_RETURN(endpoint.vault_pin,
                             ParsePin("pins.vault", vault_pin_));
  GARDEROBE_ASSIGN_OR_RETURN(endpoint.aggregator_pin,
                             ParsePin("pins.aggregator", aggregator_pin_));
  return endpoint;
}

std::vector<std::string> Deployment::NamesIn(const std::string& room) const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry :
       fs::directory_iterator(folder_ + "/" + room, error)) {
    if (!entry.is_directory(error)) continue;
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<Endpoint> Deployment::AuditorEndpoint(
    const std::string& name) const {
  const std::vector<std::string> names = NamesIn("auditors");
  const std::string& wanted =
      name.empty() && names.size() == 1 ? names.front() : name;
  if (std::find(names.begin(), names.end(), wanted) == names.end()) {
    return NotFound(
        "no certificate of {} in {}; {}",
        name.empty() ? "the one auditor" : "an auditor of that name", folder_,
        names.empty()
            ? "there is none"
            : fmt::format("--as says which of {}", fmt::join(names, ", ")));
  }
  GARDEROBE_ASSIGN_OR_RETURN(Endpoint endpoint, EndpointOf(wanted));
  endpoint.tls = TlsIn("auditors/" + wanted);
  return endpoint;
}

absl::StatusOr<TlsFiles> Deployment::custodian_tls(
    const std::string& name) const {
  const std::vector<std::string> names = NamesIn("custodians");
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    return NotFound("no custodian of that name in {}; {}", folder_,
                    names.empty()
                        ? "there is none"
                        : fmt::format("there are {}", fmt::join(names, ", ")));
  }
  return TlsIn("custodians/" + name);
}

absl::StatusOr<CustodianSeed> Deployment::custodian_key(
    const std::string& name) const {
  GARDEROBE_RETURN_IF_ERROR(custodian_tls(name).status());
  const std::string path =
      fmt::format("{}/custodians/{}/signing.key", folder_, name);
  if (!fs::exists(path)) {
    return NotFound(
        "{} is not there; `garderobe custodian key {}` makes one, and prints "
        "what the parties put among custodians.keys",
        path, path);
  }
  return ReadSecret<CustodianSeed>(path, kCustodianRole);
}

absl::StatusOr<VerifyKey> Deployment::aggregator_pin() const {
  return ParsePin("pins.aggregator", aggregator_pin_);
}

}  // namespace garderobe::client
