#include "bench/calls.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <vector>

#include "core/base/integer.h"

namespace garderobe::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWarmUpCalls = 100;
constexpr int kCallsMax = 10'000'000;

// The smallest value that `share` of all do not exceed. `sorted` is not empty.
double Percentile(const std::vector<double>& sorted, double share) {
  const auto rank =
      static_cast<size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(rank, sorted.size() - 1)];
}

}  // namespace

TlsFiles TlsIn(const std::string& folder) {
  return {folder + "/certificate.pem", folder + "/private.key",
          folder + "/authority.pem"};
}

absl::StatusOr<int> ParseCalls(const std::string& text) {
  const auto calls = ParseInteger<int>(text);
  if (!calls || *calls < 1 || *calls > kCallsMax) {
    return InvalidArgument("CALLS: 1 to {}", kCallsMax);
  }
  return *calls;
}

absl::StatusOr<nlohmann::json> MeasureCalls(
    int calls, const std::function<absl::Status()>& call) {
  for (int i = 0; i < kWarmUpCalls; ++i) GARDEROBE_RETURN_IF_ERROR(call());
  std::vector<double> took_ms;
  took_ms.reserve(static_cast<size_t>(calls));
  const auto begin = Clock::now();
  for (int i = 0; i < calls; ++i) {
    const auto asked = Clock::now();
    GARDEROBE_RETURN_IF_ERROR(call());
    took_ms.push_back(
        std::chrono::duration<double, std::milli>(Clock::now() - asked)
            .count());
  }
  const double seconds =
      std::chrono::duration<double>(Clock::now() - begin).count();
  std::sort(took_ms.begin(), took_ms.end());
  return nlohmann::json{{"calls", calls},
                        {"p50_ms", Percentile(took_ms, 0.50)},
                        {"p95_ms", Percentile(took_ms, 0.95)},
                        {"p99_ms", Percentile(took_ms, 0.99)},
                        {"calls_per_second", calls / seconds}};
}

int Print(const char* program, const absl::StatusOr<nlohmann::json>& result) {
  if (!result.ok()) {
    std::cerr << program << ": " << Message(result.status()) << "\n";
    return 1;
  }
  std::cout << result->dump() << "\n";
  return 0;
}

}  // namespace garderobe::bench
