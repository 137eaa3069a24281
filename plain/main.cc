// plaind: encrypts for institutions that can't. What it may know:
// plain/README.md.
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/daemon/command_line.h"
#include "core/daemon/data_folder.h"
#include "core/daemon/repeat.h"
#include "core/register/register_service.h"
#include "plain/config.h"
#include "plain/service.h"
#include "spdlog/spdlog.h"

namespace garderobe::plain {
namespace {

prometheus::Counter& Count(Daemon& daemon, const char* name, const char* help) {
  return prometheus::BuildCounter()
      .Name(name)
      .Help(help)
      .Register(daemon.metrics())
      .Add({});
}

std::string AuthorKeyText(const PlainKeys& keys) {
  return ToHex(AuthorKeyOf(keys.author).bytes());
}

absl::Status Run(const Config& config) {
  // First: streams that end with the daemon are waited for here.
  boost::asio::thread_pool reaper(1);
  GARDEROBE_ASSIGN_OR_RETURN(auto daemon,
                             Daemon::Create("plain", config.daemon));
  GARDEROBE_ASSIGN_OR_RETURN(const PlainKeys keys,
                             PlainKeys::Read(config.keys));
  GARDEROBE_ASSIGN_OR_RETURN(const client::Endpoint endpoint,
                             EndpointOf(config));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto inventory,
      CheckDataFolder(*daemon, config.keys, PlacesOf(config)));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto institutions,
      RegisterStore::Open(config.daemon.data + "/register.pb"));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto custodians,
      OpenCustody(config.custodians, "plain", config.keys));
  spdlog::info("event=author-key client={} key={}", endpoint.client,
               AuthorKeyText(keys));
  TtpLink ttp(endpoint, config.keys);
  FairQueue queue(daemon->workers(), daemon->worker_count());
  const Parts parts{*institutions,
                    keys,
                    ttp,
                    reaper,
                    queue,
                    Count(*daemon, "garderobe_plain_relations_total",
                          "Relations acknowledged"),
                    Count(*daemon, "garderobe_plain_refused_calls_total",
                          "Calls refused for want of permission")};
  PlainServiceImpl service(
      parts, {config.streams_max,
              config.client_streams_max,
              {.hello = std::chrono::milliseconds(config.hello_ms),
               .batch = std::chrono::milliseconds(config.idle_ms)}});
  RegisterServiceImpl register_service(*institutions, *custodians);
  RunEvery(daemon->io(), daemon->workers(), std::chrono::seconds(1),
           [&service] { service.EndIdleStreams(); });
  RunEvery(daemon->io(), daemon->workers(), std::chrono::seconds(5), [&] {
    const absl::Status noted = inventory->NoteFiles();
    if (!noted.ok()) {
      spdlog::warn("event=inventory-not-written reason=\"{}\"", Message(noted));
    }
  });
  // On a thread of its own: a ttpd that hangs must not hold up the work.
  boost::asio::thread_pool probes(1);
  RunEvery(daemon->io(), probes, std::chrono::milliseconds(100),
           [&, ticks = 0]() mutable {
             // Without plain mode ttpd has never heard of it.
             if (PlainInstitutions(*institutions) == 0) return;
             // Often until it is there, then every five seconds.
             if (ttp.reachable().ok() && ++ticks % 50 != 0) return;
             const absl::Status fetched = ttp.Fetch();
             if (!fetched.ok()) {
               spdlog::debug("event=upstream reason=\"{}\"", Message(fetched));
             }
           });
  auto state = [&] {
    const absl::Status reachable = ttp.reachable();
    const size_t plain = PlainInstitutions(*institutions);
    const bool ready = plain == 0 || reachable.ok();
    return DaemonState{ready, 0,
                       ready
                           ? fmt::format("{} institutions in plain mode", plain)
                           : std::string(Message(reachable))};
  };
  const absl::Status served = daemon->Serve(
      {.services = {{&service,
                     v1::PlainService::service_full_name(),
                     {{Role::kClient, ""}}},
                    {&register_service,
                     v1::RegisterService::service_full_name(),
                     {{Role::kCoordinator, ""}, {Role::kCustodian, ""}}}},
       .registered_pins =
           [&](const Peer& peer) {
             return peer.role == Role::kClient
                        ? institutions->ClientPins(peer.name)
                        : KeyPins();
           },
       .state = state,
       .reload = [&] { return institutions->Reload(Today()); }});
  reaper.join();
  GARDEROBE_RETURN_IF_ERROR(served);
  return inventory->NoteFiles();
}

absl::StatusOr<std::string> GenerateKeys(const std::string& folder) {
  GARDEROBE_RETURN_IF_ERROR(PlainKeys::Generate(folder));
  GARDEROBE_ASSIGN_OR_RETURN(const PlainKeys keys, PlainKeys::Read(folder));
  return AuthorKeyText(keys);
}

}  // namespace
}  // namespace garderobe::plain

int main(int argc, char** argv) {
  using namespace garderobe;
  plain::Config config;
  Settings settings;
  plain::AddSettings(settings, &config);
  return DaemonMain(argc, argv, settings,
                    {"plaind", [&] { return plain::Check(config); },
                     [&] { return plain::Run(config); }, plain::GenerateKeys,
                     [&] {
                       return Inventory::GiveUpMissing(config.keys,
                                                       plain::PlacesOf(config));
                     }});
}
