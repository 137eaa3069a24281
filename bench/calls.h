// One call after another over one channel, and how long each took.
#ifndef GARDEROBE_BENCH_CALLS_H_
#define GARDEROBE_BENCH_CALLS_H_

#include <functional>
#include <string>

#include "core/base/status.h"
#include "core/rpc/tls.h"
#include "nlohmann/json.hpp"

namespace garderobe::bench {

// A folder of a deployment that holds a certificate, as `garderobe init`
// names the files.
TlsFiles TlsIn(const std::string& folder);

// How often to call; 1 to 10,000,000. InvalidArgument: anything else.
[[nodiscard]] absl::StatusOr<int> ParseCalls(const std::string& text);

// Calls `call` some times unmeasured, until connection and caches are there,
// and then `calls` times: {"calls", "p50_ms", "p95_ms", "p99_ms",
// "calls_per_second"}. The first error of `call` ends it.
[[nodiscard]] absl::StatusOr<nlohmann::json> MeasureCalls(
    int calls, const std::function<absl::Status()>& call);

// Prints the result, or the error on standard error; the exit status.
int Print(const char* program, const absl::StatusOr<nlohmann::json>& result);

}  // namespace garderobe::bench

#endif  // GARDEROBE_BENCH_CALLS_H_
