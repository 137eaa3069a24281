// The two parties behind the TTP: channels to them, and what they have
// published, verified against the pinned keys.
#ifndef GARDEROBE_TTP_UPSTREAM_H_
#define GARDEROBE_TTP_UPSTREAM_H_

#include <chrono>
#include <functional>
#include <memory>
#include <set>

#include "core/base/mutex.h"
#include "core/keys/parameters.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/rpc/stub_holder.h"
#include "core/rpc/tls.h"
#include "garderobe/v1/aggregator.grpc.pb.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "garderobe/v1/rights.grpc.pb.h"
#include "garderobe/v1/vault.grpc.pb.h"

namespace garderobe::ttp {

inline constexpr std::chrono::seconds kUpstreamTimeout{30};
// Of work that reads all of an institution.
inline constexpr std::chrono::seconds kRetentionTimeout{600};

// What both have published. Immutable.
struct Published {
  v1::SignedParameters vault_signed;
  v1::SignedParameters aggregator_signed;
  VaultParameters vault;
  AggregatorParameters aggregator;
};

// Thread-safe.
class Upstream {
 public:
  struct Options {
    std::string vault_address, aggregator_address;
    VerifyKey vault_pin, aggregator_pin;
    TlsFiles tls;
  };
  explicit Upstream(const Options& options);

  ~Upstream() { Stop(); }
  // Cancels what is under way and waits for the ends of all calls.
  void Stop();

  using Vault = v1::VaultService::Stub::async_interface;
  using Aggregator = v1::AggregatorService::Stub::async_interface;
  template <typename Async, typename Request, typename Response>
  using Method = void (Async::*)(grpc::ClientContext*, const Request*,
                                 Response*, std::function<void(grpc::Status)>);
  template <typename Response>
  using Done = std::function<void(absl::StatusOr<Response>)>;

  // Calls `method` and then `done`, on one of gRPC's threads: hand anything
  // longer on. Unavailable: the party is not reached within 30 s.
  template <typename Request, typename Response>
  void CallVault(Method<Vault, Request, Response> method, Request request,
                 Done<Response> done) {
    Call<Vault, Request, Response>(vault_, method, std::move(request),
                                   std::move(done));
  }
  template <typename Request, typename Response>
  void CallAggregator(Method<Aggregator, Request, Response> method,
                      Request request, Done<Response> done) {
    Call<Aggregator, Request, Response>(aggregator_, method, std::move(request),
                                        std::move(done));
  }

  using VaultRights = v1::VaultRightsService::Stub::async_interface;
  using AggregatorRights = v1::AggregatorRightsService::Stub::async_interface;
  void ExerciseAtVault(v1::ExerciseAtVaultRequest request,
                       Done<v1::ExerciseAtVaultResponse> done) {
    Call<VaultRights, v1::ExerciseAtVaultRequest, v1::ExerciseAtVaultResponse>(
        vault_rights_, &VaultRights::Exercise, std::move(request),
        std::move(done));
  }
  void ExerciseAtAggregator(v1::ExerciseAtAggregatorRequest request,
                            Done<v1::ExerciseAtAggregatorResponse> done) {
    Call<AggregatorRights, v1::ExerciseAtAggregatorRequest,
         v1::ExerciseAtAggregatorResponse>(aggregator_rights_,
                                           &AggregatorRights::Exercise,
                                           std::move(request), std::move(done));
  }

  using VaultRetention = v1::VaultRetentionService::Stub::async_interface;
  using AggregatorRetention =
      v1::AggregatorRetentionService::Stub::async_interface;
  template <typename Request, typename Response>
  void CallVaultRetention(Method<VaultRetention, Request, Response> method,
                          Request request, Done<Response> done) {
    Call<VaultRetention, Request, Response>(vault_retention_, method,
                                            std::move(request), std::move(done),
                                            kRetentionTimeout);
  }
  template <typename Request, typename Response>
  void CallAggregatorRetention(
      Method<AggregatorRetention, Request, Response> method, Request request,
      Done<Response> done) {
    Call<AggregatorRetention, Request, Response>(
        aggregator_retention_, method, std::move(request), std::move(done),
        kRetentionTimeout);
  }

  // Asks both parties until it has what they publish; blocks up to a few
  // seconds. Called by a timer.
  [[nodiscard]] absl::Status Fetch();
  // How the last Fetch went.
  absl::Status reachable() const;
  // Unavailable: a party has not been reached yet.
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const Published>> published()
      const;

 private:
  // One call, which owns its request, response and context.
  template <typename Async, typename Request, typename Response,
            typename Service>
  void Call(StubHolder<Service>& holder,
            Method<Async, Request, Response> method, Request request,
            Done<Response> done,
            std::chrono::seconds timeout = kUpstreamTimeout) {
    struct State {
      std::shared_ptr<typename Service::Stub> stub;
      grpc::ClientContext context;
      Request request;
      Response response;
    };
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
            done(OfParty(status));
          }
          End(&state->context);
        });
  }
  template <typename Service>
  typename StubHolder<Service>::Make ToVault() const {
    return [this] {
      return Service::NewStub(
          TlsChannel(options_.vault_address, "vaultd", options_.tls));
    };
  }
  template <typename Service>
  typename StubHolder<Service>::Make ToAggregator() const {
    return [this] {
      return Service::NewStub(
          TlsChannel(options_.aggregator_address, "aggregatord", options_.tls));
    };
  }
  void Begin(grpc::ClientContext* context);
  void End(grpc::ClientContext* context);
  static absl::Status OfParty(const grpc::Status& status);

  const Options options_;
  StubHolder<v1::VaultService> vault_;            // own locking
  StubHolder<v1::AggregatorService> aggregator_;  // own locking
  StubHolder<v1::VaultRightsService> vault_rights_;
  StubHolder<v1::AggregatorRightsService> aggregator_rights_;
  StubHolder<v1::VaultRetentionService> vault_retention_;
  StubHolder<v1::AggregatorRetentionService> aggregator_retention_;
  mutable Mutex mutex_;
  std::shared_ptr<const Published> published_ ABSL_GUARDED_BY(mutex_);
  absl::Status why_not_ ABSL_GUARDED_BY(mutex_);
  std::set<grpc::ClientContext*> calls_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  CondVar idle_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_UPSTREAM_H_
