#include "client/deployment.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <thread>

#include "client/authority.h"
#include "client/processes.h"
#include "core/base/files.h"
#include "core/config/settings.h"
#include "core/keys/key_file.h"
#include "core/keys/pins.h"
#include "core/register/register_store.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/common.grpc.pb.h"

// toml++ as in core/config: bad input is a result, not an exception.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace garderobe::client {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kUpTimeout{30};
constexpr std::chrono::seconds kDownTimeout{15};

absl::Status MakePrivateFolder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return Unavailable("cannot create {}: {}", path, error.message());
  chmod(path.c_str(), 0700);
  return absl::OkStatus();
}

// A port of 127.0.0.1 that nothing listens on now.
absl::StatusOr<int> FreePort() {
  static std::mt19937 random(std::random_device{}());
  for (int attempt = 0; attempt < 200; ++attempt) {
    const int port = 20000 + static_cast<int>(random() % 10000);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool free =
        bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(fd);
    if (free) return port;
  }
  return Unavailable("no free port between 20000 and 29999");
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

std::string LastLine(const std::string& path) {
  auto text = ReadWholeFile(path);
  if (!text.ok()) return "";
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return text->substr(text->rfind('\n') + 1);
}

// The settings of client.toml.
struct ClientConfig {
  std::map<std::string, std::string> addresses;
  std::string ttp_pin, vault_pin, aggregator_pin;
};
void AddClientSettings(Settings& settings, ClientConfig* config) {
  for (const Party& party : kParties) {
    settings.Text("addresses." + std::string(party.name),
                  &config->addresses[std::string(party.name)],
                  "IP address and port of " + std::string(party.daemon) + ".",
                  true);
  }
  settings.Text("pins.ttp", &config->ttp_pin,
                "Ed25519 key that signs the TTP's parameters, hex.", true);
  settings.Text("pins.vault", &config->vault_pin,
                "Ed25519 key that signs the vault's parameters, hex.", true);
  settings.Text("pins.aggregator", &config->aggregator_pin,
                "Ed25519 key that signs the aggregator's parameters, hex.",
                true);
}

absl::Status IsReady(const std::string& address, const std::string& daemon,
                     const TlsFiles& tls) {
  const auto stub =
      v1::StatusService::NewStub(TlsChannel(address, daemon, tls));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(2));
  v1::GetStatusResponse response;
  GARDEROBE_RETURN_IF_ERROR(FromGrpc(stub->GetStatus(&context, {}, &response)));
  if (!response.ready()) return Unavailable("{}", response.detail());
  return absl::OkStatus();
}

}  // namespace

absl::Status Deployment::Init(const std::string& given) {
  const std::string folder = fs::absolute(given).lexically_normal().string();
  std::error_code error;
  if (fs::exists(folder) && !fs::is_empty(folder, error)) {
    return AlreadyExists("{} is not empty; existing deployments are kept",
                         folder);
  }
  fs::create_directories(folder, error);
  if (error)
    return Unavailable("cannot create {}: {}", folder, error.message());
  GARDEROBE_ASSIGN_OR_RETURN(const Authority authority,
                             Authority::OpenOrCreate(folder + "/ca"));
  std::map<std::string, std::string> address;
  std::map<std::string, int> metrics;
  for (const Party& party : kParties) {
    const std::string name(party.name);
    const std::string place = folder + "/" + name;
    GARDEROBE_RETURN_IF_ERROR(MakePrivateFolder(place));
    GARDEROBE_RETURN_IF_ERROR(MakePrivateFolder(place + "/keys"));
    GARDEROBE_RETURN_IF_ERROR(MakePrivateFolder(place + "/data"));
    GARDEROBE_RETURN_IF_ERROR(authority.Issue(
        place + "/tls", {Role::kParty, name}, std::string(party.daemon)));
    GARDEROBE_ASSIGN_OR_RETURN(const int port, FreePort());
    GARDEROBE_ASSIGN_OR_RETURN(metrics[name], FreePort());
    address[name] = "127.0.0.1:" + std::to_string(port);
  }
  // Each party draws its own keys; only what others pin comes back.
  std::map<std::string, std::string> pin;
  for (const Party& party : kParties) {
    const std::string name(party.name);
    if (name == "answer") continue;  // has none
    GARDEROBE_ASSIGN_OR_RETURN(
        pin[name],
        RunProgram(ProgramFolder() + "/" + std::string(party.daemon),
                   {"--generate-keys", folder + "/" + name + "/keys"}));
    while (pin[name].ends_with('\n')) pin[name].pop_back();
  }

  auto write = [&](const Party& party, const std::string& more) {
    const std::string name(party.name);
    return ReplaceFile(
        fmt::format("{}/{}/{}.toml", folder, name, party.daemon),
        fmt::format("# {} of a local deployment; `{} --example-config` "
                    "documents every key.\n[server]\nlisten = \"{}\"\n\n"
                    "[metrics]\nlisten = \"127.0.0.1:{}\"\n{}",
                    party.daemon, party.daemon, address[name], metrics[name],
                    more),
        0600);
  };
  GARDEROBE_RETURN_IF_ERROR(write(
      kParties[0],
      fmt::format("\n[vault]\naddress = \"{}\"\n\n[aggregator]\naddress = "
                  "\"{}\"\n\n[pins]\nvault = \"{}\"\naggregator = \"{}\"\n\n"
                  "[gather]\n# One machine, few clients: do not wait long.\n"
                  "wait_ms = 200\n",
                  address["vault"], address["aggregator"], pin["vault"],
                  pin["aggregator"])));
  GARDEROBE_RETURN_IF_ERROR(
      write(kParties[1],
            fmt::format("\n[pins]\naggregator = \"{}\"\n", pin["aggregator"])));
  GARDEROBE_RETURN_IF_ERROR(write(
      kParties[2],
      fmt::format("\n[answer]\naddress = \"{}\"\n\n[publish]\ngrace_days = 0\n",
                  address["answer"])));
  GARDEROBE_RETURN_IF_ERROR(write(kParties[3], ""));

  std::string config =
      "# How to reach the parties, and whose signatures to believe.\n"
      "[addresses]\n";
  for (const auto& [name, at] : address) {
    config += fmt::format("{} = \"{}\"\n", name, at);
  }
  config += fmt::format(
      "\n[pins]\nttp = \"{}\"\nvault = \"{}\"\naggregator = \"{}\"\n",
      pin["ttp"], pin["vault"], pin["aggregator"]);
  GARDEROBE_RETURN_IF_ERROR(ReplaceFile(folder + "/client.toml", config, 0644));
  GARDEROBE_RETURN_IF_ERROR(authority.Issue(
      folder + "/coordinator", {Role::kCoordinator, "coordinator"}, ""));

  // The register that the parties start with.
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment, Open(folder));
  const v1::Register reg = ExampleRegister();
  GARDEROBE_RETURN_IF_ERROR(deployment.AddInstitutions(reg));
  for (const char* party : {"ttp", "aggregator", "answer"}) {
    GARDEROBE_RETURN_IF_ERROR(
        ReplaceFile(fmt::format("{}/{}/data/register.pb", folder, party),
                    reg.SerializeAsString(), 0600));
  }
  return absl::OkStatus();
}

absl::StatusOr<Deployment> Deployment::Open(const std::string& given) {
  const std::string folder = fs::absolute(given).lexically_normal().string();
  if (!fs::exists(folder + "/client.toml")) {
    return NotFound("{} is no deployment; `garderobe init {}` makes one",
                    folder, given);
  }
  ClientConfig config;
  Settings settings;
  AddClientSettings(settings, &config);
  GARDEROBE_RETURN_IF_ERROR(settings.ReadFile(folder + "/client.toml"));
  Deployment deployment(folder);
  deployment.addresses_ = config.addresses;
  deployment.ttp_pin_ = config.ttp_pin;
  deployment.vault_pin_ = config.vault_pin;
  deployment.aggregator_pin_ = config.aggregator_pin;
  return deployment;
}

absl::Status Deployment::Start(const Party& party) const {
  const std::string place = fmt::format("{}/{}", folder_, party.name);
  const std::string config = fmt::format("{}/{}.toml", place, party.daemon);
  const std::string pid_file = fmt::format("{}/{}.pid", folder_, party.daemon);
  if (IsRunning(party)) return absl::OkStatus();
  return StartDaemon(ProgramFolder() + "/" + std::string(party.daemon), config,
                     fmt::format("{}/{}.log", folder_, party.daemon), pid_file);
}

absl::Status Deployment::Up() const {
  for (const Party& party : kParties) GARDEROBE_RETURN_IF_ERROR(Start(party));
  const auto deadline = std::chrono::steady_clock::now() + kUpTimeout;
  for (;;) {
    // One that has ended is told before those that wait for it.
    for (const Party& party : kParties) {
      if (IsRunning(party)) continue;
      const std::string log = fmt::format("{}/{}.log", folder_, party.daemon);
      return Unavailable("{} has ended; {} says: {}", party.daemon, log,
                         LastLine(log));
    }
    absl::Status waiting;
    for (const Party& party : kParties) {
      const absl::Status ready = IsReady(
          address(party.name), std::string(party.daemon), coordinator_tls());
      if (!ready.ok()) waiting = Annotate(ready, party.daemon);
    }
    if (waiting.ok()) return waiting;
    if (std::chrono::steady_clock::now() > deadline) {
      return Unavailable("not ready in time: {}", Message(waiting));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

bool Deployment::IsRunning(const Party& party) const {
  return RunningDaemon(fmt::format("{}/{}.pid", folder_, party.daemon),
                       fmt::format("{}/{}/{}.toml", folder_, party.name,
                                   party.daemon)) != 0;
}

absl::Status Deployment::Down() const {
  const auto deadline = std::chrono::steady_clock::now() + kDownTimeout;
  // Those that ask before those that answer.
  for (bool wait : {false, true}) {
    for (const Party& party : kParties) {
      const std::string config =
          fmt::format("{}/{}/{}.toml", folder_, party.name, party.daemon);
      const std::string pid_file =
          fmt::format("{}/{}.pid", folder_, party.daemon);
      pid_t pid = RunningDaemon(pid_file, config);
      if (pid == 0) continue;
      if (!wait) {
        kill(pid, SIGTERM);
        continue;
      }
      while (RunningDaemon(pid_file, config) != 0) {
        if (std::chrono::steady_clock::now() > deadline) kill(pid, SIGKILL);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      unlink(pid_file.c_str());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Endpoint> Deployment::EndpointFor(
    const std::string& institution) const {
  if (!IsInstitutionId(institution)) {
    return InvalidArgument("--institution: 1 to 32 of a-z, 0-9 and -");
  }
  const std::string place = "clients/" + institution;
  if (!fs::exists(folder_ + "/" + place + "/certificate.pem")) {
    return NotFound(
        "{} holds no client of {}; `garderobe admin institution import "
        "REGISTER` makes one for every institution in the register",
        folder_, institution);
  }
  Endpoint endpoint;
  endpoint.address = address("ttp");
  endpoint.tls = TlsIn(place);
  GARDEROBE_ASSIGN_OR_RETURN(endpoint.ttp_pin, ParsePin("pins.ttp", ttp_pin_));
  GARDEROBE_ASSIGN_OR_RETURN(endpoint.vault_pin,
                             ParsePin("pins.vault", vault_pin_));
  GARDEROBE_ASSIGN_OR_RETURN(endpoint.aggregator_pin,
                             ParsePin("pins.aggregator", aggregator_pin_));
  return endpoint;
}

absl::Status Deployment::AddInstitutions(const v1::Register& reg) const {
  const auto authority = Authority::Open(folder_ + "/ca");
  if (!authority.ok()) return absl::OkStatus();  // certificates come otherwise
  for (const auto& institution : reg.institutions()) {
    const std::string& id = institution.id();
    const std::string client = folder_ + "/clients/" + id;
    const std::string analyst = folder_ + "/analysts/" + id;
    if (!fs::exists(client + "/certificate.pem")) {
      GARDEROBE_RETURN_IF_ERROR(MakePrivateFolder(client));
      GARDEROBE_RETURN_IF_ERROR(
          authority->Issue(client, {Role::kClient, id}, ""));
    }
    // The key outlives a certificate: another one would make strangers of all
    // customers.
    if (!fs::exists(client + "/handle.key")) {
      GARDEROBE_RETURN_IF_ERROR(WriteKeyFile(client + "/handle.key",
                                             "institution-handle", 1,
                                             KeyFileSecret::Random()));
    }
    if (!fs::exists(analyst + "/certificate.pem")) {
      GARDEROBE_RETURN_IF_ERROR(MakePrivateFolder(analyst));
      GARDEROBE_RETURN_IF_ERROR(
          authority->Issue(analyst, {Role::kAnalyst, id}, ""));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Register> ReadRegisterToml(const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path));
  GARDEROBE_RETURN_IF_ERROR(CheckTomlText(text, path));
  const toml::parse_result parsed = toml::parse(text, path);
  if (!parsed) {
    const auto& error = parsed.error();
    return InvalidArgument("{}:{}:{}: {}", path, error.source().begin.line,
                           error.source().begin.column, error.description());
  }
  v1::Register reg;
  const auto* list = parsed.table()["institution"].as_array();
  if (list == nullptr) {
    return InvalidArgument("{}: expected tables [[institution]]", path);
  }
  for (const toml::node& node : *list) {
    const auto* table = node.as_table();
    if (table == nullptr) {
      return InvalidArgument("{}: expected tables [[institution]]", path);
    }
    auto* institution = reg.add_institutions();
    for (const auto& [key, value] : *table) {
      const std::string name(key.str());
      const auto at = value.source().begin.line;
      if (name == "clients") {
        if (const auto* names = value.as_array()) {
          for (const toml::node& entry : *names) {
            institution->add_clients(entry.value_or(std::string()));
          }
          continue;
        }
        return InvalidArgument("{}:{}: clients must be a list", path, at);
      }
      std::string content;
      if (const auto* date = value.as_date()) {
        content = fmt::format("{:04}-{:02}-{:02}", date->get().year,
                              date->get().month, date->get().day);
      } else if (value.is_string()) {
        content = **value.as_string();
      } else {
        return InvalidArgument("{}:{}: {} must be a text in quotes", path, at,
                               name);
      }
      if (name == "id")
        institution->set_id(content);
      else if (name == "name")
        institution->set_name(content);
      else if (name == "subsector")
        institution->set_subsector(content);
      else if (name == "municipality")
        institution->set_municipality(content);
      else if (name == "owner")
        institution->set_owner(content);
      else if (name == "agreement_from")
        institution->set_agreement_from(content);
      else if (name == "agreement_to")
        institution->set_agreement_to(content);
      else
        return InvalidArgument(
            "{}:{}: unknown key {}; known are id, name, subsector, "
            "municipality, owner, clients, agreement_from, agreement_to",
            path, at, name);
    }
    if (institution->clients_size() == 0) {
      institution->add_clients(institution->id());
    }
  }
  const absl::Status checked = CheckRegister(reg);
  if (!checked.ok()) return Annotate(checked, path);
  return reg;
}

}  // namespace garderobe::client
