// A stub that is made anew, with a channel of its own, when calls through it
// keep failing.
//
// gRPC 1.51 can leave a channel in transient failure for good when the peer is
// killed in the middle of a handshake; a fresh channel connects at once.
// tests/crash/crash_test.cc found it.
#ifndef GARDEROBE_CORE_RPC_STUB_HOLDER_H_
#define GARDEROBE_CORE_RPC_STUB_HOLDER_H_

#include <chrono>
#include <functional>
#include <memory>

#include "core/base/mutex.h"
#include "core/base/status.h"

namespace garderobe {

// Thread-safe. `Service` is a generated service class.
template <typename Service>
class StubHolder {
 public:
  using Stub = typename Service::Stub;
  using Make = std::function<std::unique_ptr<Stub>()>;
  explicit StubHolder(Make make) : make_(std::move(make)), stub_(make_()) {}

  // Keep it until the call is over.
  std::shared_ptr<Stub> Get() const {
    const MutexLock lock(&mutex_);
    return stub_;
  }
  // What a call through a stub came to. Unavailable twice within the time
  // that a channel has to connect replaces the stub.
  void Report(const absl::Status& status) {
    const auto now = std::chrono::steady_clock::now();
    const MutexLock lock(&mutex_);
    if (status.code() != absl::StatusCode::kUnavailable) {
      failing_ = false;
    } else if (!failing_) {
      failing_ = true;
      since_ = now;
    } else if (now - since_ > std::chrono::seconds(1)) {
      stub_ = make_();
      since_ = now;
    }
  }

 private:
  const Make make_;
  mutable Mutex mutex_;
  std::shared_ptr<Stub> stub_ ABSL_GUARDED_BY(mutex_);
  bool failing_ ABSL_GUARDED_BY(mutex_) = false;
  std::chrono::steady_clock::time_point since_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RPC_STUB_HOLDER_H_
