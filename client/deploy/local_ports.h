// Ports of 127.0.0.1 for a local deployment.
#ifndef GARDEROBE_CLIENT_DEPLOY_LOCAL_PORTS_H_
#define GARDEROBE_CLIENT_DEPLOY_LOCAL_PORTS_H_

#include <vector>

#include "core/base/status.h"

namespace garderobe::client {

// `count` different ports between 20000 and 29999 that nothing listens on now,
// drawn at random, in rising order. Unavailable: there are not so many.
[[nodiscard]] absl::StatusOr<std::vector<int>> FreePorts(int count);

// The `count` ports from `first` on. InvalidArgument: they are no ports.
// Unavailable: something listens on one of them.
[[nodiscard]] absl::StatusOr<std::vector<int>> PortsFrom(int first, int count);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_DEPLOY_LOCAL_PORTS_H_
