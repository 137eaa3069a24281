// Proxies of vault and aggregator that record what passes. They stand in for
// the two, with their certificates, and pass every call on to the real ones.
#ifndef GARDEROBE_TESTS_ADVERSARY_RECORDING_PROXIES_H_
#define GARDEROBE_TESTS_ADVERSARY_RECORDING_PROXIES_H_

#include <sodium.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/mutex.h"
#include "core/rpc/deadline.h"
#include "core/sealing/round_confirmation.h"
#include "garderobe/v1/aggregator.grpc.pb.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "garderobe/v1/rights.grpc.pb.h"
#include "garderobe/v1/vault.grpc.pb.h"

namespace garderobe {

using grpc::ServerContext;
using grpc::Status;

// What passed, in the order in which it did.
struct Recorded {
  std::vector<v1::LinkRelationsRequest> links;
  std::vector<v1::StoreRelationsRequest> relations;
  // A round as the vault gave it, and as the aggregator got it.
  std::vector<std::pair<v1::Round, v1::StoreRoundRequest>> rounds;
  std::vector<v1::Round> rounds_of_vault;
  std::vector<grpc::StatusCode> rounds_answered;  // by the aggregator
  std::vector<v1::StoreRoundRequest> rounds_dropped;
  std::vector<v1::ListExpiredResponse> expired;
  std::vector<v1::RemoveRelationsRequest> removed;
  std::vector<v1::ConfirmExpiredRequest> confirmed;
  // All bytes of rows, of whatever call, that one side saw.
  std::vector<std::string> at_vault, at_aggregator;

  size_t rows_linked() const {
    size_t rows = 0;
    for (const auto& call : links) rows += call.handles().size() / 16;
    return rows;
  }
};

class Recorder {
 public:
  template <typename Change>
  void Note(Change change) {
    const MutexLock lock(&mutex_);
    change(recorded_);
  }
  Recorded recorded() const {
    const MutexLock lock(&mutex_);
    return recorded_;
  }

 private:
  mutable Mutex mutex_;
  Recorded recorded_ ABSL_GUARDED_BY(mutex_);
};

// What a test does to a message on its way; nothing at first. Thread-safe.
template <typename... Arguments>
class Alteration {
 public:
  using Function = std::function<void(Arguments...)>;
  void Set(Function function) {
    const MutexLock lock(&mutex_);
    function_ = std::move(function);
  }
  void Apply(Arguments... arguments) const {
    Function function;
    {
      const MutexLock lock(&mutex_);
      function = function_;
    }
    if (function) function(arguments...);
  }

 private:
  mutable Mutex mutex_;
  Function function_ ABSL_GUARDED_BY(mutex_);
};

// Passes a call on to the real party.
template <typename Stub, typename Request, typename Response>
Status PassOn(Stub& stub,
              Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                     Response*),
              const Request* request, Response* response) {
  grpc::ClientContext context;
  SetDeadline(context, std::chrono::seconds(60));
  return (stub.*method)(&context, *request, response);
}
#define PASS_ON(Service, Method)                                         \
  Status Method(ServerContext*, const v1::Method##Request* request,      \
                v1::Method##Response* response) override {               \
    return PassOn(*stub, &v1::Service::Stub::Method, request, response); \
  }

struct VaultProxy final : v1::VaultService::Service {
  std::unique_ptr<v1::VaultService::Stub> stub;
  Recorder* recorder = nullptr;
  // An answer, before the TTP gets it, and how many rows were answered before.
  Alteration<v1::LinkRelationsResponse*, size_t> alter_answer;
  Status GetParameters(ServerContext*,
                       const v1::GetVaultParametersRequest* request,
                       v1::GetVaultParametersResponse* response) override {
    return PassOn(*stub, &v1::VaultService::Stub::GetParameters, request,
                  response);
  }
  Status LinkRelations(ServerContext*, const v1::LinkRelationsRequest* request,
                       v1::LinkRelationsResponse* response) override {
    const Status status = PassOn(*stub, &v1::VaultService::Stub::LinkRelations,
                                 request, response);
    if (!status.ok()) return status;
    recorder->Note([&](Recorded& r) {
      alter_answer.Apply(response, r.rows_linked());
      r.links.push_back(*request);
      for (const std::string* rows :
           {&request->handles(), &request->references(), &request->points_a(),
            &request->points_b(), &request->homes(), &response->pseudonyms()}) {
        r.at_vault.push_back(*rows);
      }
    });
    return status;
  }
  Status GetRound(ServerContext*, const v1::GetRoundRequest* request,
                  v1::GetRoundResponse* response) override {
    const Status status =
        PassOn(*stub, &v1::VaultService::Stub::GetRound, request, response);
    if (!status.ok()) return status;
    recorder->Note([&](Recorded& r) {
      const v1::Round& round = response->round();
      r.rounds_of_vault.push_back(round);
      for (const std::string* rows :
           {&round.references(), &round.persons(), &round.tags()}) {
        r.at_vault.push_back(*rows);
      }
    });
    return status;
  }
};

struct VaultRightsProxy final : v1::VaultRightsService::Service {
  std::unique_ptr<v1::VaultRightsService::Stub> stub;
  Recorder* recorder = nullptr;
  Status Exercise(ServerContext*, const v1::ExerciseAtVaultRequest* request,
                  v1::ExerciseAtVaultResponse* response) override {
    recorder->Note([&](Recorded& r) {
      for (const std::string* rows :
           {&request->handle(), &request->reference(),
            &request->identity().point_a(), &request->identity().points_b()}) {
        r.at_vault.push_back(*rows);
      }
    });
    return PassOn(*stub, &v1::VaultRightsService::Stub::Exercise, request,
                  response);
  }
};

struct AggregatorProxy final : v1::AggregatorService::Service {
  std::unique_ptr<v1::AggregatorService::Stub> stub;
  Recorder* recorder = nullptr;
  // Relations, when the aggregator's turn has come: it may take as long as it
  // likes.
  Alteration<v1::StoreRelationsRequest*> alter_relations;
  // Rounds don't reach the aggregator; the TTP confirms them by itself.
  std::atomic<bool> drop_rounds{false};
  // A round, before the aggregator gets it from the TTP.
  Alteration<v1::StoreRoundRequest*> alter_round;
  Status GetParameters(ServerContext*,
                       const v1::GetAggregatorParametersRequest* request,
                       v1::GetAggregatorParametersResponse* response) override {
    return PassOn(*stub, &v1::AggregatorService::Stub::GetParameters, request,
                  response);
  }
  PASS_ON(AggregatorService, OpenFeed)
  PASS_ON(AggregatorService, GetFeed)
  PASS_ON(AggregatorService, CloseFeed)
  Status StoreVisits(ServerContext*, const v1::StoreVisitsRequest* request,
                     v1::StoreVisitsResponse* response) override {
    recorder->Note([&](Recorded& r) {
      r.at_aggregator.push_back(request->handles());
      r.at_aggregator.push_back(request->sealed());
    });
    return PassOn(*stub, &v1::AggregatorService::Stub::StoreVisits, request,
                  response);
  }
  Status StoreRelations(ServerContext*,
                        const v1::StoreRelationsRequest* request,
                        v1::StoreRelationsResponse* response) override {
    recorder->Note([&](Recorded& r) {
      r.relations.push_back(*request);
      for (const std::string* rows :
           {&request->handles(), &request->pseudonyms(), &request->references(),
            &request->sigmas(), &request->sealed()}) {
        r.at_aggregator.push_back(*rows);
      }
    });
    v1::StoreRelationsRequest altered = *request;
    alter_relations.Apply(&altered);
    return PassOn(*stub, &v1::AggregatorService::Stub::StoreRelations, &altered,
                  response);
  }
  Status StoreRound(ServerContext*, const v1::StoreRoundRequest* request,
                    v1::StoreRoundResponse* response) override {
    if (drop_rounds) {
      recorder->Note(
          [&](Recorded& r) { r.rounds_dropped.push_back(*request); });
      std::string made(RoundConfirmation::kBytes, '\0');
      randombytes_buf(made.data(), made.size());
      response->set_confirmation(made);
      return Status::OK;
    }
    recorder->Note([&](Recorded& r) {
      r.rounds.emplace_back(r.rounds_of_vault.back(), *request);
      for (const std::string* rows :
           {&request->references(), &request->persons(), &request->tags()}) {
        r.at_aggregator.push_back(*rows);
      }
    });
    v1::StoreRoundRequest altered = *request;
    alter_round.Apply(&altered);
    const Status status = PassOn(
        *stub, &v1::AggregatorService::Stub::StoreRound, &altered, response);
    recorder->Note(
        [&](Recorded& r) { r.rounds_answered.push_back(status.error_code()); });
    return status;
  }
};

struct AggregatorRightsProxy final : v1::AggregatorRightsService::Service {
  std::unique_ptr<v1::AggregatorRightsService::Stub> stub;
  Recorder* recorder = nullptr;
  Status Exercise(ServerContext*,
                  const v1::ExerciseAtAggregatorRequest* request,
                  v1::ExerciseAtAggregatorResponse* response) override {
    recorder->Note([&](Recorded& r) {
      r.at_aggregator.push_back(request->handle());
      r.at_aggregator.push_back(request->reference());
    });
    return PassOn(*stub, &v1::AggregatorRightsService::Stub::Exercise, request,
                  response);
  }
};

struct VaultRetentionProxy final : v1::VaultRetentionService::Service {
  std::unique_ptr<v1::VaultRetentionService::Stub> stub;
  Recorder* recorder = nullptr;
  Status RemoveRelations(ServerContext*,
                         const v1::RemoveRelationsRequest* request,
                         v1::RemoveRelationsResponse* response) override {
    recorder->Note([&](Recorded& r) {
      r.removed.push_back(*request);
      r.at_vault.push_back(request->handles());
    });
    return PassOn(*stub, &v1::VaultRetentionService::Stub::RemoveRelations,
                  request, response);
  }
};

struct AggregatorRetentionProxy final
    : v1::AggregatorRetentionService::Service {
  std::unique_ptr<v1::AggregatorRetentionService::Stub> stub;
  Recorder* recorder = nullptr;
  PASS_ON(AggregatorRetentionService, ExpireInstitution)
  Status ListExpired(ServerContext*, const v1::ListExpiredRequest* request,
                     v1::ListExpiredResponse* response) override {
    const Status status =
        PassOn(*stub, &v1::AggregatorRetentionService::Stub::ListExpired,
               request, response);
    if (!status.ok() || response->handles().empty()) return status;
    recorder->Note([&](Recorded& r) {
      r.expired.push_back(*response);
      r.at_aggregator.push_back(response->handles());
      r.at_aggregator.push_back(response->sigmas());
    });
    return status;
  }
  Status ConfirmExpired(ServerContext*,
                        const v1::ConfirmExpiredRequest* request,
                        v1::ConfirmExpiredResponse* response) override {
    recorder->Note([&](Recorded& r) {
      r.confirmed.push_back(*request);
      r.at_aggregator.push_back(request->handles());
    });
    return PassOn(*stub, &v1::AggregatorRetentionService::Stub::ConfirmExpired,
                  request, response);
  }
};

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_ADVERSARY_RECORDING_PROXIES_H_
