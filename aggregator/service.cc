#include "aggregator/service.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "aggregator/door/author_check.h"
#include "core/base/civil_time.h"
#include "core/keys/receipt.h"
#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"
#include "core/rpc/status_conversion.h"
#include "spdlog/spdlog.h"

namespace garderobe::aggregator {

// Only the TTP delivers.
#define GARDEROBE_REQUIRE_TTP(context)                                    \
  if (auto peer = RequirePeer(*context, Role::kParty, "ttp"); !peer.ok()) \
  return FinishNow(context, peer.status())

AggregatorServiceImpl::AggregatorServiceImpl(Aggregator& aggregator,
                                             const RegisterStore& institutions,
                                             AnswerPusher& pusher,
                                             Daemon& daemon)
    : aggregator_(aggregator),
      institutions_(institutions),
      pusher_(pusher),
      daemon_(daemon),
      author_refusals_(
          prometheus::BuildCounter()
              .Name("garderobe_aggregator_author_refusals_total")
              .Help("Batches that no author of the institution signed")
              .Register(daemon.metrics())),
      parameters_(aggregator.SignedParameters()) {}

grpc::ServerUnaryReactor* AggregatorServiceImpl::GetParameters(
    grpc::CallbackServerContext* context,
    const v1::GetAggregatorParametersRequest*,
    v1::GetAggregatorParametersResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  response->mutable_parameters()->set_body(parameters_.body);
  response->mutable_parameters()->set_signature(parameters_.signature);
  return FinishNow(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* AggregatorServiceImpl::StoreVisits(
    grpc::CallbackServerContext* context, const v1::StoreVisitsRequest* request,
    v1::StoreVisitsResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    GARDEROBE_RETURN_IF_ERROR(daemon_.CheckDisk());
    const auto institutions = institutions_.Get();
    GARDEROBE_ASSIGN_OR_RETURN(
        const int32_t agreed_from,
        AgreedFrom(*institutions, request->feed().institution()));
    auto outcome =
        aggregator_.visits().Take(*request, *institutions, agreed_from);
    if (!outcome.ok()) return Reported(outcome.status(), request->feed());
    *response->mutable_outcome() = *std::move(outcome);
    return absl::OkStatus();
  });
}

absl::Status AggregatorServiceImpl::Reported(const absl::Status& status,
                                             const v1::FeedName& feed) {
  const AuthorFault fault = AuthorFaultOf(status);
  if (fault == AuthorFault::kNone) return status;
  const std::string reason(ReasonOf(fault));
  const std::string& id = feed.institution();
  spdlog::error("event=author-refused institution={} reason={}",
                IsInstitutionId(id) ? id : "-", reason);
  author_refusals_.Add({{"reason", reason}}).Increment();
  return WithReason(absl::Status(status.code(), status.message()), reason);
}

absl::StatusOr<int32_t> AggregatorServiceImpl::AgreedFrom(
    const Institutions& institutions, const std::string& institution) {
  const auto found = institutions.find(institution);
  const auto from = found == institutions.end()
                        ? std::nullopt
                        : ParseDate(found->second.agreement_from());
  // The TTP has looked as well; the aggregator does not rely on it.
  if (!from) {
    return PermissionDenied(
        "the aggregator's register has no agreement of {}",
        IsInstitutionId(institution) ? institution : "that name");
  }
  return DayNumber(*from) * 1440;
}

grpc::ServerUnaryReactor* AggregatorServiceImpl::StoreRelations(
    grpc::CallbackServerContext* context,
    const v1::StoreRelationsRequest* request,
    v1::StoreRelationsResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    GARDEROBE_RETURN_IF_ERROR(daemon_.CheckDisk());
    auto outcome = aggregator_.relations().Take(*request, *institutions_.Get());
    if (!outcome.ok()) return Reported(outcome.status(), request->feed());
    *response->mutable_outcome() = *std::move(outcome);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AggregatorServiceImpl::StoreRound(
    grpc::CallbackServerContext* context, const v1::StoreRoundRequest* request,
    v1::StoreRoundResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    GARDEROBE_RETURN_IF_ERROR(daemon_.CheckDisk());
    const auto stored = aggregator_.rounds().Take(*request);
    if (stored.ok()) {
      response->set_confirmation(AsString(stored->bytes()));
    } else if (stored.status().code() ==
               absl::StatusCode::kFailedPrecondition) {
      spdlog::error("event=round-refused reason=\"{}\"",
                    Message(stored.status()));
    }
    return stored.status();
  });
}

grpc::ServerUnaryReactor* AggregatorServiceImpl::OpenFeed(
    grpc::CallbackServerContext* context, const v1::OpenFeedRequest* request,
    v1::OpenFeedResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    GARDEROBE_ASSIGN_OR_RETURN(
        const FeedGate::FeedPlace place,
        aggregator_.feeds().Open(request->feed(), request->stream(),
                                 request->run()));
    response->set_committed(place.committed);
    response->set_run_began(place.run_began);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AggregatorServiceImpl::GetFeed(
    grpc::CallbackServerContext* context, const v1::GetFeedRequest* request,
    v1::GetFeedResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    GARDEROBE_ASSIGN_OR_RETURN(const uint64_t committed,
                               aggregator_.feeds().Committed(request->feed()));
    response->set_committed(committed);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AggregatorServiceImpl::CloseFeed(
    grpc::CallbackServerContext* context, const v1::CloseFeedRequest* request,
    v1::CloseFeedResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  boost::asio::post(daemon_.workers(), [=, this] {
    const auto committed = aggregator_.feeds().Committed(request->feed());
    if (!committed.ok()) return reactor->Finish(ToGrpc(committed.status()));
    response->set_committed(*committed);
    response->set_counts_agree(*committed == request->rows());
    // No worker waits for answerd.
    pusher_.WhenCurrent(request->feed().institution(),
                        [reactor, response](bool current) {
                          response->set_mirror_current(current);
                          reactor->Finish(grpc::Status::OK);
                        });
  });
  return reactor;
}

grpc::ServerUnaryReactor* PublisherServiceImpl::Publish(
    grpc::CallbackServerContext* context, const v1::PublishRequest* request,
    v1::PublishResponse* response) {
  auto peer = RequirePeer(*context, Role::kCoordinator);
  if (!peer.ok()) return FinishNow(context, peer.status());
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    GARDEROBE_ASSIGN_OR_RETURN(const Period period,
                               Period::Parse(request->period()));
    GARDEROBE_RETURN_IF_ERROR(daemon_.CheckDisk());
    GARDEROBE_ASSIGN_OR_RETURN(const auto published,
                               publisher_.Publish(period, Today()));
    response->set_snapshot(ToHex(AsBytes(published.cube.snapshot())));
    response->set_cells_released(published.counts.released);
    response->set_cells_withheld(published.counts.withheld);
    response->set_already_published(published.already_published);
    const absl::Status pushed = pusher_.PushCube(published.cube);
    if (!pushed.ok()) {
      spdlog::warn("event=push what=cube reason=\"{}\"", Message(pushed));
    }
    response->set_pushed(pushed.ok());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AggregatorRightsServiceImpl::Exercise(
    grpc::CallbackServerContext* context,
    const v1::ExerciseAtAggregatorRequest* request,
    v1::ExerciseAtAggregatorResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    const auto institutions = institutions_.Get();
    const auto found = institutions->find(request->institution());
    if (found == institutions->end()) {
      return NotFound("not in the aggregator's register");
    }
    GARDEROBE_RETURN_IF_ERROR(daemon_.CheckDisk());
    const absl::Status done =
        aggregator_.rights().Exercise(*request, found->second, response);
    if (!done.ok()) {
      spdlog::warn("event=right-failed institution={} reason=\"{}\"",
                   found->first, Message(done));
      return done;
    }
    // Which right and which request; of whom nobody is told.
    spdlog::info("event=right right={} request={}",
                 RightName(static_cast<VisitorRight>(request->right())),
                 ToHex(AsBytes(request->request_id())));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AggregatorRetentionServiceImpl::ExpireInstitution(
    grpc::CallbackServerContext* context,
    const v1::ExpireInstitutionRequest* request,
    v1::ExpireInstitutionResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    const auto institutions = institutions_.Get();
    const auto found = institutions->find(request->institution());
    if (found == institutions->end()) {
      return NotFound("not in the aggregator's register");
    }
    const int months = static_cast<int>(RetentionMonths(found->second));
    GARDEROBE_ASSIGN_OR_RETURN(
        const Retention::Expired expired,
        aggregator_.retention().Expire(found->first, months, request->today()));
    response->mutable_statement()->set_body(expired.signed_body.body);
    response->mutable_statement()->set_signature(expired.signed_body.signature);
    const RetentionStatement& statement = expired.statement;
    const bool is_held_back =
        statement.visits_held_back + statement.relations_held_back > 0;
    spdlog::log(is_held_back ? spdlog::level::warn : spdlog::level::info,
                "event=retention institution={} before={} visits={} "
                "relations={} visits_held_back={} relations_held_back={} "
                "visits_left={}",
                statement.institution, DayText(statement.cutoff),
                statement.visits_removed, statement.relations_removed,
                statement.visits_held_back, statement.relations_held_back,
                statement.visits_left);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AggregatorRetentionServiceImpl::ListExpired(
    grpc::CallbackServerContext* context, const v1::ListExpiredRequest* request,
    v1::ListExpiredResponse* response) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this] {
    return aggregator_.retention().ListExpired(*request, response);
  });
}

grpc::ServerUnaryReactor* AggregatorRetentionServiceImpl::ConfirmExpired(
    grpc::CallbackServerContext* context,
    const v1::ConfirmExpiredRequest* request, v1::ConfirmExpiredResponse*) {
  GARDEROBE_REQUIRE_TTP(context);
  return FinishOn(daemon_.workers(), context, [=, this]() -> absl::Status {
    GARDEROBE_RETURN_IF_ERROR(daemon_.CheckDisk());
    return aggregator_.retention().ConfirmExpired(*request);
  });
}

RetentionCustodyServiceImpl::ReleaseActions ReleaseActionsOf(
    Aggregator& aggregator) {
  return {
      .check = [&aggregator](const std::string& institution) -> absl::Status {
        const auto names = aggregator.institutions().Names();
        if (std::find(names.begin(), names.end(), institution) != names.end()) {
          return absl::OkStatus();
        }
        return NotFound("institution: nothing was delivered for it");
      },
      .release =
          [&aggregator](const std::string& institution, uint64_t more) {
            return aggregator.retention().Release(institution, more);
          }};
}

}  // namespace garderobe::aggregator
