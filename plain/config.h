// The settings of plaind.
#ifndef GARDEROBE_PLAIN_CONFIG_H_
#define GARDEROBE_PLAIN_CONFIG_H_

#include <string>

#include "client/endpoint.h"
#include "core/daemon/custody_settings.h"
#include "core/daemon/daemon_config.h"
#include "core/store/inventory.h"

namespace garderobe::plain {

struct Config {
  DaemonConfig daemon;
  CustodySettings custodians;
  std::string keys = "keys";
  std::string ttp_address, ttp_pin, vault_pin, aggregator_pin;
  int64_t streams_max = 8;
  int64_t client_streams_max = 4;
  int64_t hello_ms = 10'000, idle_ms = 600'000;
};

void AddSettings(Settings& settings, Config* config);

// How ttpd is reached, under the name in the certificate. InvalidArgument: a
// pin is malformed. FailedPrecondition: the certificate is not a client's.
[[nodiscard]] absl::StatusOr<client::Endpoint> EndpointOf(const Config& config);

// What the data folder holds.
Inventory::Places PlacesOf(const Config& config);

// Whether settings, certificate and keys are in order.
[[nodiscard]] absl::Status Check(const Config& config);

}  // namespace garderobe::plain

#endif  // GARDEROBE_PLAIN_CONFIG_H_
