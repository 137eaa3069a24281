// answerd: protected answers only. What it may know: answer/README.md.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "answer/service.h"
#include "core/daemon/command_line.h"
#include "core/daemon/custody_settings.h"
#include "core/daemon/daemon.h"
#include "core/register/register_service.h"

namespace garderobe::answer {
namespace {

struct Config {
  DaemonConfig daemon;
  CustodySettings custodians;
  std::string intake_listen;
  int64_t mirror_mib = 256;
  int64_t intake_message_mib_max = 256;  // a nation's cube is one message
};

absl::Status Check(const Config& config) {
  GARDEROBE_RETURN_IF_ERROR(CheckDaemonConfig(config.daemon));
  return CheckCustody(config.custodians);
}

absl::Status Run(const Config& config) {
  GARDEROBE_ASSIGN_OR_RETURN(auto daemon,
                             Daemon::Create("answer", config.daemon));
  const std::string& data = config.daemon.data;
  // Without keys there is no inventory: what answerd lost, aggregatord brings
  // again.
  GARDEROBE_RETURN_IF_ERROR(
      Annotate(daemon->CheckDisk(), data + " is not opened"));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto store,
      AnswerStore::Open(data + "/store", static_cast<size_t>(config.mirror_mib)
                                             << 20));
  GARDEROBE_ASSIGN_OR_RETURN(auto institutions,
                             RegisterStore::Open(data + "/register.pb"));
  GARDEROBE_ASSIGN_OR_RETURN(const auto custodians,
                             OpenCustody(config.custodians, "answer", data));
  Questions questions(*store, *institutions);
  IntakeServiceImpl intake(*store, *daemon);
  AnswerServiceImpl answers(questions, *institutions, *daemon);
  RegisterServiceImpl register_service(*institutions, *custodians);
  auto state = [&] {
    const absl::Status disk = daemon->CheckDisk();
    return DaemonState{
        disk.ok(), 0,
        disk.ok() ? fmt::format("{} published periods", store->Cubes().size())
                  : std::string(Message(disk))};
  };
  const Peer coordinator{Role::kCoordinator, ""};
  return daemon->Serve(
      {.services = {{&answers,
                     v1::AnswerService::service_full_name(),
                     {coordinator, {Role::kAnalyst, ""}}},
                    {&register_service,
                     v1::RegisterService::service_full_name(),
                     {coordinator, {Role::kCustodian, ""}}}},
       .listeners = {{config.intake_listen,
                      config.intake_message_mib_max,
                      {{&intake,
                        v1::AnswerIntakeService::service_full_name(),
                        {{Role::kParty, "aggregator"}}}}}},
       .registered_pins =
           [&](const Peer& peer) {
             return peer.role == Role::kAnalyst
                        ? institutions->AnalystPins(peer.name)
                        : KeyPins();
           },
       .state = state,
       .reload = [&] { return institutions->Reload(Today()); }});
}

}  // namespace
}  // namespace garderobe::answer

int main(int argc, char** argv) {
  using namespace garderobe;
  answer::Config config;
  Settings settings;
  AddDaemonSettings(settings, &config.daemon);
  AddPartyPins(settings, &config.daemon.peers, {"aggregator"});
  AddCustodianPins(settings, &config.daemon.peers);
  AddCustodySettings(settings, &config.custodians);
  settings.Address("intake.listen", &config.intake_listen,
                   "IP address and port where aggregatord, and nobody else, "
                   "brings figures.",
                   /*required=*/true);
  settings.Number("intake.message_mib_max", &config.intake_message_mib_max,
                  "The largest message that is taken in there, MiB.", 4, 1024);
  settings.Number("memory.mirror_mib", &config.mirror_mib,
                  "Memory for institutions' own figures that were asked for "
                  "lately, MiB; all of them are on disk.",
                  1, 1 << 20);
  return DaemonMain(argc, argv, settings,
                    {"answerd", [&] { return answer::Check(config); },
                     [&] { return answer::Run(config); }, nullptr, nullptr});
}
