// answerd: protected answers only. What it may know: answer/README.md.
#include "answer/service.h"
#include "core/daemon/daemon.h"
#include "core/register/register_service.h"

namespace garderobe::answer {
namespace {

absl::Status Run(const DaemonConfig& config) {
  GARDEROBE_ASSIGN_OR_RETURN(auto daemon, Daemon::Create("answer", config));
  GARDEROBE_ASSIGN_OR_RETURN(auto store,
                             AnswerStore::Open(config.data + "/store"));
  GARDEROBE_ASSIGN_OR_RETURN(auto institutions,
                             RegisterStore::Open(config.data + "/register.pb"));
  Questions questions(*store, *institutions);
  IntakeServiceImpl intake(*store, *daemon);
  AnswerServiceImpl answers(questions);
  RegisterServiceImpl register_service(*institutions);
  auto state = [&] {
    const absl::Status disk = daemon->CheckDisk();
    return DaemonState{
        disk.ok(), 0,
        disk.ok() ? fmt::format("{} published periods", store->Cubes().size())
                  : std::string(Message(disk))};
  };
  return daemon->Serve({&intake, &answers, &register_service}, state,
                       [&] { return institutions->Reload(); });
}

}  // namespace
}  // namespace garderobe::answer

int main(int argc, char** argv) {
  using namespace garderobe;
  DaemonConfig config;
  config.message_mib_max = 256;  // a nation's cube is one message
  Settings settings;
  AddDaemonSettings(settings, &config);
  return DaemonMain(argc, argv, settings,
                    {"answerd", [&] { return CheckTlsFiles(config.tls); },
                     [&] { return answer::Run(config); }, nullptr});
}
