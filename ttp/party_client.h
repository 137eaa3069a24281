// Calls to one party behind the TTP, over one channel a service.
#ifndef GARDEROBE_TTP_PARTY_CLIENT_H_
#define GARDEROBE_TTP_PARTY_CLIENT_H_

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <tuple>

#include "core/base/mutex.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/rpc/stub_holder.h"
#include "core/rpc/tls.h"

namespace garderobe::ttp {

inline constexpr std::chrono::seconds kCallTimeout{30};
// The timeout of retention's calls, which read or remove much.
inline constexpr std::chrono::seconds kLongCallTimeout{600};

// What a client is told of a call that failed behind the TTP: no addresses, and
// nothing that it could take for its own fault.
absl::Status FromParty(const grpc::Status& status);

// Thread-safe. `Services` are generated service classes.
template <typename... Services>
class PartyClient {
 public:
  template <typename Service>
  using Async = typename Service::Stub::async_interface;
  template <typename Service, typename Request, typename Response>
  using Method = void (Async<Service>::*)(grpc::ClientContext*, const Request*,
                                          Response*,
                                          std::function<void(grpc::Status)>);
  template <typename Response>
  using Done = std::function<void(absl::StatusOr<Response>)>;

  // `channel` makes a new channel to the party.
  using MakeChannel = std::function<std::shared_ptr<grpc::Channel>()>;
  explicit PartyClient(const MakeChannel& channel)
      : stubs_(std::make_unique<StubHolder<Services>>(
            [channel] { return Services::NewStub(channel()); })...) {}
  ~PartyClient() { Stop(); }

  // Calls `method` and then `done`, on one of gRPC's threads: hand anything
  // longer on. Errors as of FromParty.
  template <typename Service, typename Request, typename Response>
  void Call(Method<Service, Request, Response> method, Request request,
            Done<Response> done, std::chrono::seconds timeout = kCallTimeout) {
    struct State {
      std::shared_ptr<typename Service::Stub> stub;
      grpc::ClientContext context;
      Request request;
      Response response;
    };
    auto& holder = *std::get<std::unique_ptr<StubHolder<Service>>>(stubs_);
    auto state = std::make_shared<State>();
    state->stub = holder.Get();
    state->request = std::move(request);
    SetDeadline(state->context, timeout);
    Begin(&state->context);
    (state->stub->async()->*method)(
        &state->context, &state->request, &state->response,
        [this, &holder, state, done = std::move(done)](grpc::Status status) {
          holder.Report(FromGrpc(status));
          if (status.ok()) {
            done(std::move(state->response));
          } else {
            done(FromParty(status));
          }
          End(&state->context);
        });
  }

  // The same for a caller that waits.
  template <typename Service, typename Request, typename Response>
  [[nodiscard]] absl::StatusOr<Response> Wait(
      Method<Service, Request, Response> method, Request request,
      std::chrono::seconds timeout = kCallTimeout) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<Response>>>();
    auto future = promise->get_future();
    Call<Service, Request, Response>(
        method, std::move(request),
        [promise](absl::StatusOr<Response> response) {
          promise->set_value(std::move(response));
        },
        timeout);
    return future.get();
  }

  // Cancels what is under way and waits for the ends of all calls.
  void Stop() {
    const MutexLock lock(&mutex_);
    ending_ = true;
    for (grpc::ClientContext* context : calls_) context->TryCancel();
    while (!calls_.empty()) idle_.Wait(&mutex_);
  }

 private:
  void Begin(grpc::ClientContext* context) {
    const MutexLock lock(&mutex_);
    calls_.insert(context);
    if (ending_) context->TryCancel();
  }
  void End(grpc::ClientContext* context) {
    const MutexLock lock(&mutex_);
    calls_.erase(context);
    idle_.NotifyAll();
  }

  std::tuple<std::unique_ptr<StubHolder<Services>>...>
      stubs_;  // own locking each
  Mutex mutex_;
  CondVar idle_;
  std::set<grpc::ClientContext*> calls_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_PARTY_CLIENT_H_
