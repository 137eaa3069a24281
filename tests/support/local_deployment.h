// A deployment of the built binaries in a temporary folder, over real TLS.
#ifndef GARDEROBE_TESTS_SUPPORT_LOCAL_DEPLOYMENT_H_
#define GARDEROBE_TESTS_SUPPORT_LOCAL_DEPLOYMENT_H_

#include <sys/types.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/rpc/tls.h"
#include "core/sealing/author_payload.h"
#include "nlohmann/json.hpp"
#include "tests/support/port_block.h"

namespace garderobe {

struct RunResult {
  int exit = -1;
  std::string out, err;
  nlohmann::json json() const;  // of `out`; a discarded value when it is none
};

// Runs a program to its end. `environment` is added to this process's.
RunResult RunToEnd(const std::vector<std::string>& command,
                   const std::map<std::string, std::string>& environment = {});

class LocalDeployment {
 public:
  // Makes the deployment; the daemons do not run yet.
  LocalDeployment();
  // Ends the daemons and removes the folder.
  ~LocalDeployment();

  // `garderobe ARGUMENTS...` on this deployment.
  RunResult Run(std::vector<std::string> arguments) const;
  // As Run, in the background; Wait gives the result.
  struct Background {
    pid_t pid = -1;
    std::string out_file, err_file;
    RunResult Wait();
    bool Ended();
  };
  Background Start(std::vector<std::string> arguments) const;

  void Up() const;  // fails the test when it does not come up
  void Down() const;
  pid_t Pid(const std::string& daemon) const;  // 0 when it does not run
  void Kill(const std::string& daemon) const;  // SIGKILL

  // Simulates a country into country() and imports its register.
  void Simulate(int institutions, int visits, int seed);
  std::string country() const { return folder_ + "/country"; }
  std::vector<std::string> institutions() const;
  std::string file(const std::string& institution) const {
    return country() + "/" + institution + ".csv";
  }
  // Writes a file in the deployment's folder; its path.
  std::string Write(const std::string& name, const std::string& text) const;

  const std::string& folder() const { return folder_; }
  // A port of this deployment's block that no daemon takes.
  int spare_port() const { return ports_.first() + PortBlock::kPorts - 1; }
  // Of a party, or of answerd's "intake".
  std::string address(const std::string& party) const;
  // How the same is reached, with the key of its certificate.
  CalledDaemon daemon(const std::string& party) const;
  // The most memory that a daemon has had, MiB.
  size_t PeakMib(const std::string& daemon) const;
  // What signs for an institution.
  AuthorSeed AuthorOf(const std::string& institution) const;
  TlsFiles tls(const std::string& place) const {
    const std::string at = folder_ + "/" + place;
    return {at + "/certificate.pem", at + "/private.key",
            at + "/authority.pem"};
  }

 private:
  PortBlock ports_;
  std::string folder_;
};

// Visits, tickets and cents by month, from a CSV file: a line that comes again
// replaces the one before; what is cancelled or refunded does not count.
using Mirror = std::map<std::string, std::array<int64_t, 3>>;
Mirror MirrorOfFile(const std::string& path);
// The same as answerd tells it.
Mirror MirrorOf(const LocalDeployment& deployment,
                const std::string& institution);

// `name=value` of the environment as a number, or `otherwise`.
int EnvironmentNumber(const char* name, int otherwise);

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_SUPPORT_LOCAL_DEPLOYMENT_H_
