// A call that is tried until it succeeds, fails for good, or nothing helps any
// more.
#ifndef GARDEROBE_CLIENT_SEND_PERSIST_H_
#define GARDEROBE_CLIENT_SEND_PERSIST_H_

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"

namespace garderobe::client {

// `call` gets a context with a deadline of 30 s and returns a status. It is
// tried again while it fails for what passes, for `give_up` at most; `on_retry`
// gets each such failure.
template <typename Call>
absl::Status Persist(std::chrono::milliseconds give_up,
                     const std::function<void(const absl::Status&)>& on_retry,
                     Call call) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  std::chrono::milliseconds wait{100};
  for (;;) {
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(30));
    const absl::Status status = call(context);
    const bool transient = IsTransient(status) ||
                           status.code() == absl::StatusCode::kDeadlineExceeded;
    if (!transient || Clock::now() - begin > give_up) return status;
    on_retry(status);
    std::this_thread::sleep_for(std::max(
        wait, RetryAfter(status).value_or(std::chrono::milliseconds(0))));
    wait = std::min(wait * 2, std::chrono::milliseconds(2000));
  }
}

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_PERSIST_H_
