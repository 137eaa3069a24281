// What an agent does, as its configuration says it; and where it lies in the
// folder of a deployment.
#ifndef GARDEROBE_CLIENT_AGENT_AGENT_CONFIG_H_
#define GARDEROBE_CLIENT_AGENT_AGENT_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/config/settings.h"

namespace garderobe::client {

struct AgentConfig {
  std::string listen = "127.0.0.1:7480";
  std::string socket;
  std::string client;
  std::vector<std::string> institutions;
  std::string source = "agent";
  std::string zone = "Europe/Amsterdam";
  std::vector<std::string> own_domains;
  bool plain = false;
  int64_t spool_mib_max = 10'240;
  int64_t free_mib_min = 512;
  int64_t rows_per_second = 5'000;
  int64_t visits_at_once = 2;
  int64_t relations_at_once = 3;
  int64_t gather_visits_s = 5;
  int64_t gather_relations_s = 60;
  std::vector<std::string> folders;

  // The table that parses agent.toml and writes its example.
  Settings Table();
};

// A folder of files that are delivered as `garderobe send` would.
struct WatchedExports {
  std::string institution, mapping, path;
};
// "museum-01 pretix /srv/exports" of the configuration. InvalidArgument: it is
// not of three parts.
[[nodiscard]] absl::StatusOr<WatchedExports> ParseWatched(
    const std::string& text);

// Reads `path` into `config`; where it is empty agent.toml of the deployment in
// `folder`, if it has one. Errors of Settings::ReadFile.
[[nodiscard]] absl::Status ReadAgentConfig(const std::string& folder,
                                           const std::string& path,
                                           AgentConfig* config);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_AGENT_CONFIG_H_
