// A service that is called for a long time: unary calls and streams on a stub
// that is made anew when calls keep failing. A stream keeps the stub that it
// was opened with.
#ifndef GARDEROBE_CLIENT_STREAM_OPENER_H_
#define GARDEROBE_CLIENT_STREAM_OPENER_H_

#include <deque>
#include <memory>

#include "core/rpc/stub_holder.h"
#include "core/rpc/tls.h"
#include "grpcpp/client_context.h"

namespace garderobe::client {

// Thread-safe. `Service` is a generated service class.
template <typename Service>
class StreamOpener {
 public:
  using Stub = typename Service::Stub;
  StreamOpener(const CalledDaemon& daemon, const TlsFiles& tls)
      : stub_([daemon, tls] {
          return Service::NewStub(TlsChannel(daemon, tls));
        }) {}

  // For unary calls.
  std::shared_ptr<Stub> Get() const { return stub_.Get(); }

  // `method` is a streaming method of the stub. `context` outlives the stream.
  template <typename Stream, typename Method>
  std::unique_ptr<Stream> Open(Method method, grpc::ClientContext* context) {
    const auto stub = stub_.Get();
    const MutexLock lock(&mutex_);
    in_use_.push_back(stub);
    if (in_use_.size() > kStubsKept) in_use_.pop_front();
    return ((*stub).*method)(context);
  }

  // Says how a call went, and returns it.
  absl::Status Report(const absl::Status& status) {
    stub_.Report(status);
    return status;
  }

 private:
  static constexpr size_t kStubsKept = 8;

  StubHolder<Service> stub_;
  Mutex mutex_;
  std::deque<std::shared_ptr<Stub>> in_use_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_STREAM_OPENER_H_
