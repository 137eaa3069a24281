// What makes a deployment: authority, certificates, keys, configurations.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <set>

#include "client/authority.h"
#include "client/deployment.h"
#include "client/processes.h"
#include "core/base/files.h"
#include "core/keys/key_file.h"
#include "core/register/register_store.h"
#include "core/sealing/sealed_answer.h"

namespace garderobe::client {
namespace {

namespace fs = std::filesystem;

constexpr int kFirstPort = 20000, kLastPort = 29999;

absl::Status MakePrivateFolder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return Unavailable("cannot create {}: {}", path, error.message());
  if (chmod(path.c_str(), 0700) != 0) {
    return Unavailable("cannot keep others out of {}: {}", path,
                       std::strerror(errno));
  }
  return absl::OkStatus();
}

bool NothingListensOn(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free =
      bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return free;
}

// `count` different ports of 127.0.0.1 that nothing listens on now.
absl::StatusOr<std::vector<int>> FreePorts(size_t count) {
  std::mt19937 random(std::random_device{}());
  std::uniform_int_distribution<int> port(kFirstPort, kLastPort);
  std::set<int> found;
  for (int attempt = 0; attempt < 1000 && found.size() < count; ++attempt) {
    const int candidate = port(random);
    if (NothingListensOn(candidate)) found.insert(candidate);
  }
  if (found.size() < count) {
    return Unavailable("fewer than {} free ports between {} and {}", count,
                       kFirstPort, kLastPort);
  }
  return std::vector<int>(found.begin(), found.end());
}

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

// What one party's configuration says beyond its addresses.
using Pins = std::map<std::string, std::string>;
std::string MoreOf(std::string_view party, const Pins& address,
                   const Pins& pin) {
  if (party == "ttp") {
    return fmt::format(
        "\n[vault]\naddress = \"{}\"\n\n[aggregator]\naddress = \"{}\"\n\n"
        "[pins]\nvault = \"{}\"\naggregator = \"{}\"\n\n"
        "[gather]\n# One machine, few clients: do not wait long.\n"
        "wait_ms = 200\n",
        address.at("vault"), address.at("aggregator"), pin.at("vault"),
        pin.at("aggregator"));
  }
  if (party == "vault") {
    return fmt::format("\n[pins]\naggregator = \"{}\"\n", pin.at("aggregator"));
  }
  if (party == "aggregator") {
    return fmt::format(
        "\n[answer]\naddress = \"{}\"\n\n[publish]\ngrace_days = 0\n",
        address.at("intake"));
  }
  return fmt::format("\n[intake]\nlisten = \"{}\"\n", address.at("intake"));
}

// Each party draws its own keys; only what others pin comes back.
absl::StatusOr<Pins> GenerateKeys(const std::string& folder) {
  Pins pin;
  for (const Party& party : kParties) {
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

std::string ClientConfigText(const Pins& address, const Pins& pin) {
  std::string config =
      "# How to reach the parties, and whose signatures to believe.\n"
      "[addresses]\n";
  for (const Party& party : kParties) {
    const std::string name(party.name);
    config += fmt::format("{} = \"{}\"\n", name, address.at(name));
  }
  return config + fmt::format(
                      "\n[pins]\nttp = \"{}\"\nvault = \"{}\"\n"
                      "aggregator = \"{}\"\n",
                      pin.at("ttp"), pin.at("vault"), pin.at("aggregator"));
}

absl::Status Make(const std::string& folder) {
  GARDEROBE_ASSIGN_OR_RETURN(const Authority authority,
                             Authority::OpenOrCreate(folder + "/ca"));
  for (const Party& party : kParties) {
    const std::string place = fmt::format("{}/{}", folder, party.name);
    for (const char* room : {"", "/keys", "/data"}) {
      GARDEROBE_RETURN_IF_ERROR(MakePrivateFolder(place + room));
    }
    GARDEROBE_RETURN_IF_ERROR(
        authority.Issue(place + "/tls", {Role::kParty, std::string(party.name)},
                        std::string(party.daemon)));
  }
  GARDEROBE_ASSIGN_OR_RETURN(const Pins pin, GenerateKeys(folder));
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<int> ports,
                             FreePorts(2 * kParties.size() + 1));
  Pins address;
  for (size_t i = 0; i < kParties.size(); ++i) {
    address[std::string(kParties[i].name)] = Loopback(ports[2 * i]);
  }
  address["intake"] = Loopback(ports.back());  // of answerd
  for (size_t i = 0; i < kParties.size(); ++i) {
    const auto& [name, daemon] = kParties[i];
    GARDEROBE_RETURN_IF_ERROR(ReplaceFile(
        fmt::format("{}/{}/{}.toml", folder, name, daemon),
        fmt::format("# {0} of a local deployment; `{0} --example-config` "
                    "documents every key.\n[server]\nlisten = \"{1}\"\n\n"
                    "[metrics]\nlisten = \"{2}\"\n{3}",
                    daemon, address[std::string(name)],
                    Loopback(ports[2 * i + 1]), MoreOf(name, address, pin)),
        0600));
  }
  GARDEROBE_RETURN_IF_ERROR(authority.Issue(
      folder + "/coordinator", {Role::kCoordinator, "coordinator"}, ""));
  for (const char* name : {"custodian-1", "custodian-2"}) {
    GARDEROBE_RETURN_IF_ERROR(
        authority.Issue(fmt::format("{}/custodians/{}", folder, name),
                        {Role::kCustodian, name}, ""));
  }
  GARDEROBE_RETURN_IF_ERROR(ReplaceFile(folder + "/client.toml",
                                        ClientConfigText(address, pin), 0644));
  // The register that the parties start with.
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             Deployment::Open(folder));
  v1::Register reg = ExampleRegister();
  GARDEROBE_RETURN_IF_ERROR(deployment.AddInstitutions(reg));
  for (const char* party : {"ttp", "aggregator", "answer"}) {
    GARDEROBE_RETURN_IF_ERROR(RegisterStore::Write(
        fmt::format("{}/{}/data/register.pb", folder, party), reg));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Deployment::Init(const std::string& given) {
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
  const absl::Status made = Make(folder);
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
  for (auto& institution : *reg.mutable_institutions()) {
    const std::string path = handle_key(institution.id());
    if (!institution.access_key().empty() || !fs::exists(path)) continue;
    GARDEROBE_ASSIGN_OR_RETURN(const auto key, ReadSecret<InstitutionHandleKey>(
                                                   path, "institution-handle"));
    institution.set_access_key(
        std::string(PublicKeyOf(AccessKeyOf(key)).view()));
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
  for (const auto& institution : reg.institutions()) {
    const std::string& id = institution.id();
    for (const std::string& client : institution.clients()) {
      GARDEROBE_RETURN_IF_ERROR(
          issue(folder_ + "/clients/" + client, Role::kClient, client));
    }
    GARDEROBE_RETURN_IF_ERROR(
        issue(folder_ + "/analysts/" + id, Role::kAnalyst, id));
    // The key outlives a certificate: another one would make strangers of all
    // customers.
    const std::string keys = folder_ + "/institutions/" + id;
    if (!fs::exists(keys + "/handle.key")) {
      GARDEROBE_RETURN_IF_ERROR(MakePrivateFolder(keys));
      GARDEROBE_RETURN_IF_ERROR(WriteKeyFile(keys + "/handle.key",
                                             "institution-handle", 1,
                                             KeyFileSecret::Random()));
    }
  }
  return absl::OkStatus();
}

}  // namespace garderobe::client
