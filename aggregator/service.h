// The gRPC shells of the aggregator: authorise, hand over, answer. There is no
// call that reads what is stored.
#ifndef GARDEROBE_AGGREGATOR_SERVICE_H_
#define GARDEROBE_AGGREGATOR_SERVICE_H_

#include <string>

#include "aggregator/aggregator.h"
#include "aggregator/mirror/answer_pusher.h"
#include "core/daemon/daemon.h"
#include "core/register/register_store.h"
#include "core/retention/custody_service.h"
#include "garderobe/v1/aggregator.grpc.pb.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "garderobe/v1/rights.grpc.pb.h"

namespace garderobe::aggregator {

// For the TTP.
class AggregatorServiceImpl final
    : public v1::AggregatorService::CallbackService {
 public:
  // All outlive the service.
  AggregatorServiceImpl(Aggregator& aggregator,
                        const RegisterStore& institutions, AnswerPusher& pusher,
                        Daemon& daemon);

  grpc::ServerUnaryReactor* GetParameters(
      grpc::CallbackServerContext* context,
      const v1::GetAggregatorParametersRequest* request,
      v1::GetAggregatorParametersResponse* response) override;
  grpc::ServerUnaryReactor* StoreVisits(
      grpc::CallbackServerContext* context,
      const v1::StoreVisitsRequest* request,
      v1::StoreVisitsResponse* response) override;
  grpc::ServerUnaryReactor* StoreRelations(
      grpc::CallbackServerContext* context,
      const v1::StoreRelationsRequest* request,
      v1::StoreRelationsResponse* response) override;
  grpc::ServerUnaryReactor* StoreRound(
      grpc::CallbackServerContext* context,
      const v1::StoreRoundRequest* request,
      v1::StoreRoundResponse* response) override;
  grpc::ServerUnaryReactor* OpenFeed(grpc::CallbackServerContext* context,
                                     const v1::OpenFeedRequest* request,
                                     v1::OpenFeedResponse* response) override;
  grpc::ServerUnaryReactor* GetFeed(grpc::CallbackServerContext* context,
                                    const v1::GetFeedRequest* request,
                                    v1::GetFeedResponse* response) override;
  grpc::ServerUnaryReactor* CloseFeed(grpc::CallbackServerContext* context,
                                      const v1::CloseFeedRequest* request,
                                      v1::CloseFeedResponse* response) override;

 private:
  // The first minute of the institution's agreement, local, since 2000-01-01.
  // PermissionDenied: there is none.
  [[nodiscard]] static absl::StatusOr<int32_t> AgreedFrom(
      const Institutions& institutions, const std::string& institution);
  // Logs and counts a batch that its author did not sign, and names the reason
  // for programs; any other status stays as it is.
  absl::Status Reported(const absl::Status& status, const v1::FeedName& feed);

  Aggregator& aggregator_;
  const RegisterStore& institutions_;
  AnswerPusher& pusher_;
  Daemon& daemon_;
  prometheus::Family<prometheus::Counter>& author_refusals_;
  const SignedBody parameters_;
};

// Rights of visitors, for the TTP.
class AggregatorRightsServiceImpl final
    : public v1::AggregatorRightsService::CallbackService {
 public:
  // All outlive the service.
  AggregatorRightsServiceImpl(Aggregator& aggregator,
                              const RegisterStore& institutions, Daemon& daemon)
      : aggregator_(aggregator), institutions_(institutions), daemon_(daemon) {}
  grpc::ServerUnaryReactor* Exercise(
      grpc::CallbackServerContext* context,
      const v1::ExerciseAtAggregatorRequest* request,
      v1::ExerciseAtAggregatorResponse* response) override;

 private:
  Aggregator& aggregator_;
  const RegisterStore& institutions_;
  Daemon& daemon_;
};

// Retention, for the TTP: how long is in the aggregator's own register.
class AggregatorRetentionServiceImpl final
    : public v1::AggregatorRetentionService::CallbackService {
 public:
  // All outlive the service.
  AggregatorRetentionServiceImpl(Aggregator& aggregator,
                                 const RegisterStore& institutions,
                                 Daemon& daemon)
      : aggregator_(aggregator), institutions_(institutions), daemon_(daemon) {}
  grpc::ServerUnaryReactor* ExpireInstitution(
      grpc::CallbackServerContext* context,
      const v1::ExpireInstitutionRequest* request,
      v1::ExpireInstitutionResponse* response) override;
  grpc::ServerUnaryReactor* ListExpired(
      grpc::CallbackServerContext* context,
      const v1::ListExpiredRequest* request,
      v1::ListExpiredResponse* response) override;
  grpc::ServerUnaryReactor* ConfirmExpired(
      grpc::CallbackServerContext* context,
      const v1::ConfirmExpiredRequest* request,
      v1::ConfirmExpiredResponse* response) override;

 private:
  Aggregator& aggregator_;
  const RegisterStore& institutions_;
  Daemon& daemon_;
};

// What two custodians may let retention do here. `aggregator` outlives it.
RetentionCustodyServiceImpl::ReleaseActions ReleaseActionsOf(
    Aggregator& aggregator);

// For the coordinator.
class PublisherServiceImpl final
    : public v1::PublisherService::CallbackService {
 public:
  PublisherServiceImpl(Publisher& publisher, AnswerPusher& pusher,
                       Daemon& daemon)
      : publisher_(publisher), pusher_(pusher), daemon_(daemon) {}

  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context,
                                    const v1::PublishRequest* request,
                                    v1::PublishResponse* response) override;

 private:
  Publisher& publisher_;
  AnswerPusher& pusher_;
  Daemon& daemon_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_SERVICE_H_
