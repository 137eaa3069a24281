// absl::Status to gRPC and back, with google.rpc details (protocol.md, 9).
// The only room where codes are mapped.
#ifndef GARDEROBE_CORE_RPC_STATUS_CONVERSION_H_
#define GARDEROBE_CORE_RPC_STATUS_CONVERSION_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "grpcpp/support/status.h"

namespace garderobe {

// `status` with how long a client waits before it tries again.
absl::Status WithRetryAfter(absl::Status status,
                            std::chrono::milliseconds delay);
std::optional<std::chrono::milliseconds> RetryAfter(const absl::Status& status);

// A google.rpc.ErrorInfo: what a program acts on where the code is not enough.
absl::Status WithReason(absl::Status status, std::string_view reason);
std::string ReasonOf(const absl::Status& status);  // empty: there is none

// RESOURCE_EXHAUSTED and UNAVAILABLE always carry RetryInfo, 1 s unless told.
grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

// Whether trying the same again later can help.
bool IsTransient(const absl::Status& status);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RPC_STATUS_CONVERSION_H_
