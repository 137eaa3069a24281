// The settings that every daemon has, and the state that every daemon tells.
#ifndef GARDEROBE_CORE_DAEMON_DAEMON_CONFIG_H_
#define GARDEROBE_CORE_DAEMON_DAEMON_CONFIG_H_

#include <cstdint>
#include <string>

#include "core/base/status.h"
#include "core/config/settings.h"
#include "core/daemon/peer_settings.h"
#include "core/rpc/tls.h"

namespace garderobe {

struct DaemonConfig {
  std::string listen;
  TlsFiles tls{"tls/certificate.pem", "tls/private.key", "tls/authority.pem"};
  PeerSettings peers;
  std::string data = "data";
  std::string metrics_listen;  // empty: no endpoint
  std::string log_level = "info";
  int64_t worker_threads = 0;  // 0: as many as cores
  int64_t memory_mib = 512;
  int64_t message_mib_max = 4;
  int64_t connection_streams_max = 64;
  int64_t disk_reserve_mib = 64;
  int64_t drain_ms = 5000;
  const Settings* settings = nullptr;  // not owned; what SIGHUP reads again
};

// Adds the settings that every daemon has; which parties are its peers, and
// whether custodians are, each daemon adds (peer_settings.h).
void AddDaemonSettings(Settings& settings, DaemonConfig* config);

// Whether certificate, key and pins are in order. FailedPrecondition,
// InvalidArgument: says which are not.
[[nodiscard]] absl::Status CheckDaemonConfig(const DaemonConfig& config);

// Says what `garderobe status` shows.
struct DaemonState {
  bool ready = true;
  uint32_t epoch = 0;
  std::string detail;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_DAEMON_CONFIG_H_
