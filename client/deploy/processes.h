// Daemons as processes of this machine.
#ifndef GARDEROBE_CLIENT_DEPLOY_PROCESSES_H_
#define GARDEROBE_CLIENT_DEPLOY_PROCESSES_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "core/base/status.h"

namespace garderobe::client {

// The process that `pid_file` names, if it still runs with `config` among its
// arguments; 0 otherwise.
pid_t RunningDaemon(const std::string& pid_file, const std::string& config);

// Starts `program --config config` in a session of its own, with output to
// `log`, and notes its process number. As root, it runs as the owner of the
// configuration's folder. NotFound: no such program.
[[nodiscard]] absl::Status StartDaemon(const std::string& program,
                                       const std::string& config,
                                       const std::string& log,
                                       const std::string& pid_file);

// Runs `program` with `arguments` to its end; what it printed on standard
// output. FailedPrecondition: it ended with another status than 0.
[[nodiscard]] absl::StatusOr<std::string> RunProgram(
    const std::string& program, const std::vector<std::string>& arguments);

// The folder of this program, where the daemons stand as well.
std::string ProgramFolder();

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_DEPLOY_PROCESSES_H_
