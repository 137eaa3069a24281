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

// Serves on `io` until it stops. InvalidArgument: not address:port;
// Unavailable: the address can't be bound.
[[nodiscard]] absl::Status ServeMetrics(
    boost::asio::io_context& io, const std::string& address,
    std::shared_ptr<prometheus::Registry> metrics, std::function<bool()> ready);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_METRICS_ENDPOINT_H_
