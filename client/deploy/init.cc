// What makes a deployment: authority, certificates, keys, configurations.

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/deploy/authority.h"
#include "client/deploy/deployment.h"
#include "client/deploy/local_ports.h"
#include "client/deploy/private_files.h"
#include "client/deploy/processes.h"
#include "core/base/files.h"
#include "core/keys/key_file.h"
#include "core/register/nameless.h"
#include "core/register/register_store.h"
#include "core/sealing/author_payload.h"
#include "core/sealing/sealed_answer.h"

namespace garderobe::client {
namespace {

namespace fs = std::filesystem;

constexpr char kCoordinator[] = "coordinator";
constexpr const char* kCustodians[] = {"custodian-1", "custodian-2"};
constexpr char kAuditor[] = "auditor-1";
// All that are made, plaind among them.
constexpr std::array<Party, 5> kPrograms = {
    {kParties[0], kParties[1], kParties[2], kParties[3], kPlaind}};
// Beside a custodian's name among pins: the key that it approves with.
constexpr char kSigningKey[] = "/signing.key";

v1::Register ExampleRegister() {
  v1::Register reg;
  auto add = [&](const char* id, const char* name, const char* subsector,
                 const char* municipality) {
    auto* institution = reg.add_institutions();
    institution->set_id(id);
    institution->set_name(name);
    institution->set_subsector(subsector);
    institution->set_municipality(municipality);
    institution->set_owner(id);
    institution->add_clients(id);
    institution->set_agreement_from("2020-01-01");
  };
  add("example-museum", "Example museum", "museum", "GM0363");
  add("example-theatre", "Example theatre", "podium", "GM0599");
  return reg;
}

std::string Loopback(int port) { return fmt::format("127.0.0.1:{}", port); }

using Pins = std::map<std::string, std::string>;

absl::StatusOr<std::string> PinIn(const std::string& folder) {
  GARDEROBE_ASSIGN_OR_RETURN(const KeyPin pin,
                             KeyPinOfFile(folder + "/certificate.pem"));
  return ToHex(pin);
}

// Whom the party's daemon calls, and who calls it; by party the pin.
std::string PeersOf(std::string_view party, const Pins& peer) {
  std::vector<std::string_view> parties;
  if (party == "ttp") parties = {"vault", "aggregator"};
  if (party == "vault") parties = {"ttp"};
  if (party == "aggregator") parties = {"ttp", "answer"};
  if (party == "answer") parties = {"aggregator"};
  if (party == kPlaind.name) parties = {"ttp"};
  std::string text = "\n[peers]\n";
  for (const std::string_view name : parties) {
    text += fmt::format("{} = \"{}\"\n", name, peer.at(std::string(name)));
  }
  text += fmt::format("coordinators = [\"{0}={1}\"]\n", kCoordinator,
                      peer.at(kCoordinator));
  std::string custodians, keys;
  for (const char* name : kCustodians) {
    const char* comma = custodians.empty() ? "" : ", ";
    custodians += fmt::format("{}\"{}={}\"", comma, name, peer.at(name));
    keys += fmt::format("{}\"{}={}\"", comma, name,
                        peer.at(std::string(name) + kSigningKey));
  }
  text += "custodians = [" + custodians + "]\n";
  if (party == "ttp") {
    text +=
        fmt::format("auditors = [\"{0}={1}\"]\n", kAuditor, peer.at(kAuditor));
  }
  return text + "\n[custodians]\nkeys = [" + keys + "]\n";
}

// What one party's configuration says beyond its addresses and peers.
std::string MoreOf(std::string_view party, const Pins& address,
                   const Pins& pin) {
  if (party == "ttp") {
    return fmt::format(
        "\n[vault]\naddress = \"{}\"\n\n[aggregator]\naddress = \"{}\"\n\n"
        "[pins]\nvault = \"{}\"\naggregator = \"{}\"\n\n"
        "[gather]\n# One machine, few clients: nobody is a crowd here.\n"
        "rows = 1\ninstitutions = 1\nwait_ms = 200\n\n"
        "[round]\nwait_ms = 200\n",
        address.at("vault"), address.at("aggregator"), pin.at("vault"),
        pin.at("aggregator"));
  }
  if (party == "vault") {
    return fmt::format(
        "\n[pins]\nttp = \"{}\"\naggregator = \"{}\"\n\n"
        "[round]\n# One machine: as small as its rounds are frequent.\n"
        "rows = 32\n\n[links]\npersons = 1\nwait_seconds = 0\n",
        pin.at("ttp"), pin.at("aggregator"));
  }
  if (party == "aggregator") {
    return fmt::format(
        "\n[answer]\naddress = \"{}\"\n\n"
        "[mirror]\n# Own customers are counted when a delivery is over; in "
        "earnest, once a day.\ncustomers_minutes = 0\n\n"
        "[pins]\nttp = \"{}\"\n"
        "vault = \"{}\"\n\n[publish]\ngrace_days = 0\n",
        address.at("intake"), pin.at("ttp"), pin.at("vault"));
  }
  if (party == kPlaind.name) {
    return fmt::format(
        "\n[ttp]\naddress = \"{}\"\n\n[pins]\nttp = \"{}\"\nvault = \"{}\"\n"
        "aggregator = \"{}\"\n",
        address.at("ttp"), pin.at("ttp"), pin.at("vault"),
        pin.at("aggregator"));
  }
  return fmt::format("\n[intake]\nlisten = \"{}\"\n", address.at("intake"));
}

// Each party draws its own keys; only what others pin comes back.
absl::StatusOr<Pins> GenerateKeys(const std::string& folder) {
  Pins pin;
  for (const Party& party : kPrograms) {
    const std::string name(party.name);
    if (name == "answer") continue;  // has none
    GARDEROBE_ASSIGN_OR_RETURN(
        pin[name],
        RunProgram(ProgramFolder() + "/" + std::string(party.daemon),
                   {"--generate-keys", folder + "/" + name + "/keys"}));
    while (pin[name].ends_with('\n')) pin[name].pop_back();
  }
  return pin;
}

std::string ClientConfigText(const Pins& address, const Pins& pin,
                             const Pins& peer) {
  std::string config =
      "# How to reach the parties, by which keys they are known, and whose\n"
      "# signatures to believe.\n[addresses]\n";
  for (const Party& party : kPrograms) {
    const std::string name(party.name);
    config += fmt::format("{} = \"{}\"\n", name, address.at(name));
  }
  config += "\n[peers]\n";
  for (const Party& party : kPrograms) {
    const std::string name(party.name);
    config += fmt::format("{} = \"{}\"\n", name, peer.at(name));
  }
  return config + fmt::format(
                      "\n[pins]\nttp = \"{}\"\nvault = \"{}\"\n"
                      "aggregator = \"{}\"\n\n"
                      "[local]\n# Takes the custodians' part, whose keys are "
                      "in this folder. Leave it out\n# where a custodian is "
                      "somebody else.\ndemo_custodians = true\n",
                      pin.at("ttp"), pin.at("vault"), pin.at("aggregator"));
}

// Certificates of all who are there from the beginning; by party or name the
// pin.
absl::StatusOr<Pins> IssueAll(const std::string& folder) {
  GARDEROBE_ASSIGN_OR_RETURN(const Authority authority,
                             Authority::OpenOrCreate(folder + "/ca"));
  Pins peer;
  for (const Party& party : kPrograms) {
    const std::string place = fmt::format("{}/{}", folder, party.name);
    for (const char* room : {"", "/keys", "/data"}) {
      GARDEROBE_RETURN_IF_ERROR(MakePrivateFolder(place + room));
    }
    const std::string name(party.name), daemon(party.daemon);
    GARDEROBE_RETURN_IF_ERROR(authority.Issue(place + "/tls",
                                              name == kPlaind.name
                                                  ? Peer{Role::kClient, daemon}
                                                  : Peer{Role::kParty, name},
                                              daemon));
    GARDEROBE_ASSIGN_OR_RETURN(peer[name], PinIn(place + "/tls"));
  }
  const std::string coordinator = folder + "/coordinator";
  GARDEROBE_RETURN_IF_ERROR(
      authority.Issue(coordinator, {Role::kCoordinator, kCoordinator}, ""));
  GARDEROBE_ASSIGN_OR_RETURN(peer[kCoordinator], PinIn(coordinator));
  for (const char* name : kCustodians) {
    const std::string place = fmt::format("{}/custodians/{}", folder, name);
    GARDEROBE_RETURN_IF_ERROR(
        authority.Issue(place, {Role::kCustodian, name}, ""));
    GARDEROBE_ASSIGN_OR_RETURN(peer[name], PinIn(place));
    const std::string key = place + kSigningKey;
    GARDEROBE_RETURN_IF_ERROR(
        WriteKeyFile(key, kCustodianRole, 1, KeyFileSecret::Random()));
    GARDEROBE_ASSIGN_OR_RETURN(const auto seed,
                               ReadSecret<CustodianSeed>(key, kCustodianRole));
    peer[std::string(name) + kSigningKey] = ToHex(VerifyKeyOf(seed).bytes());
  }
  const std::string auditor = fmt::format("{}/auditors/{}", folder, kAuditor);
  GARDEROBE_RETURN_IF_ERROR(
      authority.Issue(auditor, {Role::kAuditor, kAuditor}, ""));
  GARDEROBE_ASSIGN_OR_RETURN(peer[kAuditor], PinIn(auditor));
  return peer;
}

static_assert(Deployment::kPorts == 2 * kPrograms.size() + 1);

absl::Status Make(const std::string& folder, int first_port) {
  constexpr int kPorts = Deployment::kPorts;
  GARDEROBE_ASSIGN_OR_RETURN(const Pins peer, IssueAll(folder));
  GARDEROBE_ASSIGN_OR_RETURN(const Pins pin, GenerateKeys(folder));
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::vector<int> ports,
      first_port == 0 ? FreePorts(kPorts) : PortsFrom(first_port, kPorts));
  Pins address;
  for (size_t i = 0; i < kPrograms.size(); ++i) {
    address[std::string(kPrograms[i].name)] = Loopback(ports[2 * i]);
  }
  address["intake"] = Loopback(ports.back());  // of answerd
  for (size_t i = 0; i < kPrograms.size(); ++i) {
    const auto& [name, daemon] = kPrograms[i];
    GARDEROBE_RETURN_IF_ERROR(ReplaceFile(
        fmt::format("{}/{}/{}.toml", folder, name, daemon),
        fmt::format("# {0} of a local deployment; `{0} --example-config` "
                    "documents every key.\n[server]\nlisten = \"{1}\"\n\n"
                    "[metrics]\nlisten = \"{2}\"\n{3}{4}",
                    daemon, address[std::string(name)],
                    Loopback(ports[2 * i + 1]), PeersOf(name, peer),
                    MoreOf(name, address, pin)),
        0600));
  }
  GARDEROBE_RETURN_IF_ERROR(ReplaceFile(
      folder + "/client.toml", ClientConfigText(address, pin, peer), 0644));
  // The register that the parties start with.
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             Deployment::Open(folder));
  v1::Register reg = ExampleRegister();
  GARDEROBE_RETURN_IF_ERROR(deployment.AddInstitutions(reg));
  for (const char* party : {"ttp", "aggregator", "answer", "plain"}) {
    GARDEROBE_RETURN_IF_ERROR(RegisterStore::Write(
        fmt::format("{}/{}/data/register.pb", folder, party), reg));
  }
  GARDEROBE_ASSIGN_OR_RETURN(const v1::Register nameless, WithoutNames(reg));
  GARDEROBE_RETURN_IF_ERROR(RegisterStore::Write(
      fmt::format("{}/vault/data/register.pb", folder), nameless));
  return absl::OkStatus();
}

}  // namespace

absl::Status Deployment::Init(const std::string& given, int first_port) {
  std::error_code error;
  const std::string folder = fs::weakly_canonical(given, error).string();
  if (error) return Unavailable("cannot enter {}: {}", given, error.message());
  const bool was_there = fs::exists(folder, error);
  if (was_there && !fs::is_empty(folder, error)) {
    return AlreadyExists("{} is not empty; existing deployments are kept",
                         folder);
  }
  fs::create_directories(folder, error);
  if (error) {
    return Unavailable("cannot create {}: {}", folder, error.message());
  }
  const absl::Status made = Make(folder, first_port);
  if (!made.ok()) {
    // Half a deployment would be taken for one.
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      fs::remove_all(entry.path(), error);
    }
    if (!was_there) fs::remove(folder, error);
  }
  return made;
}

absl::Status Deployment::AddInstitutions(v1::Register& reg) const {
  GARDEROBE_RETURN_IF_ERROR(IssueFor(reg));
  GARDEROBE_RETURN_IF_ERROR(AddPins(reg));
  for (auto& institution : *reg.mutable_institutions()) {
    GARDEROBE_RETURN_IF_ERROR(AddAuthors(institution));
    const std::string path = handle_key(institution.id());
    if (!institution.access_key().empty() || !fs::exists(path)) continue;
    GARDEROBE_ASSIGN_OR_RETURN(const auto key, ReadSecret<InstitutionHandleKey>(
                                                   path, "institution-handle"));
    institution.set_access_key(
        std::string(PublicKeyOf(AccessKeyOf(key)).view()));
  }
  return absl::OkStatus();
}

absl::Status Deployment::AddPins(v1::Register& reg) const {
  using Bytes = google::protobuf::RepeatedPtrField<std::string>;
  auto add = [](const std::string& place, Bytes* pins) -> absl::Status {
    const std::string path = place + "/certificate.pem";
    if (!pins->empty() || !fs::exists(path)) return absl::OkStatus();
    GARDEROBE_ASSIGN_OR_RETURN(const KeyPin pin, KeyPinOfFile(path));
    pins->Add(std::string(pin.view()));
    return absl::OkStatus();
  };
  std::set<std::string> clients;
  for (auto& institution : *reg.mutable_institutions()) {
    clients.insert(institution.clients().begin(), institution.clients().end());
    GARDEROBE_RETURN_IF_ERROR(add(folder_ + "/analysts/" + institution.id(),
                                  institution.mutable_analyst_key_pins()));
  }
  // Those that the register names already keep their place.
  for (auto& client : *reg.mutable_clients()) {
    GARDEROBE_RETURN_IF_ERROR(
        add(ClientFolder(client.name()), client.mutable_key_pins()));
    clients.erase(client.name());
  }
  for (const std::string& name : clients) {
    auto* client = reg.add_clients();
    client->set_name(name);
    GARDEROBE_RETURN_IF_ERROR(
        add(ClientFolder(name), client->mutable_key_pins()));
  }
  return absl::OkStatus();
}

absl::Status Deployment::IssueFor(const v1::Register& reg) const {
  const auto authority = Authority::Open(folder_ + "/ca");
  if (authority.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();  // certificates come otherwise
  }
  GARDEROBE_RETURN_IF_ERROR(authority.status());
  auto issue = [&](const std::string& place, Role role,
                   const std::string& name) -> absl::Status {
    if (fs::exists(place + "/certificate.pem")) return absl::OkStatus();
    GARDEROBE_RETURN_IF_ERROR(MakePrivateFolder(place));
    return authority->Issue(place, {role, name}, "");
  };
  // Whose keys the register names already has them elsewhere, or here.
  std::set<std::string> known = {std::string(kPlaind.daemon)};
  for (const auto& client : reg.clients()) {
    if (!client.key_pins().empty()) known.insert(client.name());
  }
  for (const auto& institution : reg.institutions()) {
    const std::string& id = institution.id();
    for (const std::string& client : institution.clients()) {
      if (known.contains(client)) continue;
      GARDEROBE_RETURN_IF_ERROR(
          issue(folder_ + "/clients/" + client, Role::kClient, client));
    }
    if (institution.analyst_key_pins().empty()) {
      GARDEROBE_RETURN_IF_ERROR(
          issue(folder_ + "/analysts/" + id, Role::kAnalyst, id));
    }
    if (institution.access_key().empty()) {
      GARDEROBE_RETURN_IF_ERROR(
          MakeInstitutionKeys(folder_ + "/institutions/" + id));
    }
  }
  return absl::OkStatus();
}

}  // namespace garderobe::client
