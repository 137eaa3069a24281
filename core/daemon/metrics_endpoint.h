// The HTTP endpoint for metrics: GET /metrics (Prometheus text format) and
// GET /healthz. Plain HTTP: bind it to loopback or a monitoring network. No
// label and no value speaks of a person.
#ifndef GARDEROBE_CORE_DAEMON_METRICS_ENDPOINT_H_
#define GARDEROBE_CORE_DAEMON_METRICS_ENDPOINT_H_

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "core/base/status.h"
#include "prometheus/registry.h"

namespace garderobe {

// Finds out whether the daemon is well and calls `done` once, with what is
// wrong in one line, or empty. From the io_context's thread, at once or later.
using HealthCheck =
    std::function<void(std::function<void(const std::string& fault)> done)>;

// Serves on `io` until it stops. InvalidArgument: not address:port;
// Unavailable: the address can't be bound.
[[nodiscard]] absl::Status ServeMetrics(
    boost::asio::io_context& io, const std::string& address,
    std::shared_ptr<prometheus::Registry> metrics, HealthCheck health);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_METRICS_ENDPOINT_H_
