// The settings of ttpd.
#ifndef GARDEROBE_TTP_CONFIG_H_
#define GARDEROBE_TTP_CONFIG_H_

#include <string>

#include "core/daemon/custody_settings.h"
#include "core/daemon/daemon_config.h"
#include "core/store/inventory.h"
#include "ttp/upstream.h"

namespace garderobe::ttp {

struct Config {
  DaemonConfig daemon;
  CustodySettings custodians;
  std::string keys = "keys";
  std::string vault_address, aggregator_address, vault_pin, aggregator_pin;
  std::string padding = "none";
  int64_t gather_rows = 500;
  int64_t gather_institutions = 3;
  int64_t gather_wait_ms = 3'600'000;
  int64_t round_wait_ms = 60'000;
  int64_t streams_max = 64;
  int64_t client_streams_max = 8;
  int64_t retention_hours = 24;
  int64_t audit_crowds_kept = 4;
  int64_t hello_ms = 10'000, idle_ms = 600'000;
};

void AddSettings(Settings& settings, Config* config);

// Kinds that every row has to have, by the setting protocol.padding.
uint32_t PaddingOf(const Config& config);

// InvalidArgument: a pin is malformed. `own` and `issue` are left out.
[[nodiscard]] absl::StatusOr<Upstream::Options> UpstreamOptions(
    const Config& config);

// What the data folder holds.
Inventory::Places PlacesOf(const Config& config);

// Whether settings, certificate and keys are in order.
[[nodiscard]] absl::Status Check(const Config& config);

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_CONFIG_H_
