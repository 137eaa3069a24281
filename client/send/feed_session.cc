#include "client/send/feed_session.h"

#include <utility>

#include "client/send/persist.h"
#include "client/send/service_parameters.h"
#include "core/base/hash.h"
#include "core/base/version.h"
#include "core/keys/key_file.h"
#include "core/keys/outcome.h"
#include "core/sealing/author_payload.h"

namespace garderobe::client {

FeedSession::FeedSession(const Endpoint& endpoint, const FeedOptions& options,
                         DeliveryRecord& record)
    : endpoint_(endpoint),
      options_(options),
      record_(record),
      ttpd_(endpoint.ttpd, endpoint.tls) {}

absl::Status FeedSession::LoadKeys() {
  if (options_.plain && endpoint_.plaind.address.empty()) {
    return FailedPrecondition(
        "plain mode goes to plaind, and none is named in client.toml: "
        "addresses.plain and peers.plain");
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      auto key, ReadSecret<InstitutionHandleKey>(options_.handle_key,
                                                 "institution-handle"));
  handle_key_ = std::make_unique<InstitutionHandleKey>(std::move(key));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto author, ReadSecret<AuthorSeed>(options_.author_key, kAuthorRole));
  author_key_ = std::make_unique<AuthorSeed>(std::move(author));
  feed_.author = author_key_.get();
  return absl::OkStatus();
}

absl::Status FeedSession::Open(const std::string& place) {
  // Two machines with one certificate never share a feed: where one stopped
  // says nothing about what the other has sent.
  feed_.institution = options_.institution;
  feed_.source = options_.source + "-" + place;
  {
    const MutexLock lock(&mutex_);
    outcomes_.emplace(options_.book.empty()
                          ? fmt::format("{}/{}.{}.outcomes", options_.state,
                                        options_.institution, options_.source)
                          : options_.book);
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      feed_.published,
      FetchPublished(endpoint_, options_.state, ttpd_, options_.give_up,
                     [this](const auto& s) { record_.Waiting(s); }));
  return absl::OkStatus();
}

std::unique_ptr<VisitStream> FeedSession::OpenVisits(
    uint64_t run,
    std::function<absl::Status(const v1::BatchOutcome&, std::shared_ptr<void>)>
        take) {
  return std::make_unique<VisitStream>(
      [this](grpc::ClientContext* c) {
        return ttpd_.Open<VisitStream::Stream>(
            &v1::DeliveryService::Stub::DeliverVisits, c);
      },
      Hello(v1::FEED_KIND_VISITS, run), Retry(),
      [this, take = std::move(take)](const auto& batch, const auto& outcome,
                                     auto tag) {
        GARDEROBE_RETURN_IF_ERROR(Keep(SaidOf(batch, outcome), outcome));
        return take(outcome, std::move(tag));
      });
}

std::unique_ptr<RelationRoute> FeedSession::OpenRelations(
    std::function<void(const v1::BatchOutcome&, std::shared_ptr<void>)> take) {
  const RelationRoute::Context way{
      &endpoint_,
      &feed_,
      handle_key_.get(),
      options_.own_domains,
      Hello(v1::FEED_KIND_RELATIONS, /*run=*/0),
      Retry(),
      [this](const auto& said, const auto& outcome) {
        return Keep(said, outcome);
      },
      std::move(take)};
  return options_.plain ? RelationRoute::ToPlaind(way)
                        : RelationRoute::ToTtp(way, ttpd_);
}

absl::StatusOr<bool> FeedSession::Close(uint64_t rows) {
  v1::CloseFeedRequest request;
  *request.mutable_feed() = FeedName(v1::FEED_KIND_VISITS);
  request.set_rows(rows);
  v1::CloseFeedResponse response;
  GARDEROBE_RETURN_IF_ERROR(Persist(
      options_.give_up, [this](auto& s) { record_.Waiting(s); },
      [&](grpc::ClientContext& context) {
        return ttpd_.Report(
            FromGrpc(ttpd_.Get()->CloseFeed(&context, request, &response)));
      }));
  if (!response.counts_agree()) {
    return DataLoss(
        "the service has {} rows of this feed, and {} were sent; tell the "
        "operator",
        response.committed(), rows);
  }
  return response.mirror_current();
}

// What the aggregator has to have signed of a batch of visits.
Outcome FeedSession::SaidOf(const v1::VisitBatch& batch,
                            const v1::BatchOutcome& outcome) const {
  return {.kind = SealedKind::kVisits,
          .institution = options_.institution,
          .client = endpoint_.client,
          .source = feed_.source,
          .offset = batch.offset(),
          .count = batch.count(),
          .accepted = outcome.accepted(),
          .replaced = outcome.replaced(),
          .sealed = Hash(batch.sealed())};
}

// Verifies what became of a batch, and keeps it. DataLoss: the aggregator has
// not signed this.
absl::Status FeedSession::Keep(const Outcome& said,
                               const v1::BatchOutcome& outcome) {
  const auto& aggregator = feed_.published.aggregator;
  if (outcome.offset() != said.offset || outcome.count() != said.count ||
      !IsOutcomeBy(aggregator.receipt_key, said, outcome.signature())) {
    return DataLoss(
        "the aggregator has not signed what is said of the batch at offset "
        "{}; tell its operator",
        said.offset);
  }
  const MutexLock lock(&mutex_);
  // Outcomes that can't be kept stop no delivery.
  (void)outcomes_->Add(said, aggregator.issue.serial, outcome.signature());
  return absl::OkStatus();
}

v1::FeedName FeedSession::FeedName(v1::FeedKind kind) const {
  v1::FeedName name;
  name.set_institution(options_.institution);
  name.set_source(feed_.source);
  name.set_kind(kind);
  return name;
}

v1::Hello FeedSession::Hello(v1::FeedKind kind, uint64_t run) const {
  v1::Hello hello;
  hello.set_protocol_version(2);
  *hello.mutable_feed() = FeedName(kind);
  if (run != 0) hello.set_run(run);
  hello.set_software(std::string("garderobe/") + kVersion);
  return hello;
}

RetryOptions FeedSession::Retry() {
  return {options_.give_up,
          [this](const absl::Status& s) { record_.Waiting(ttpd_.Report(s)); }};
}

}  // namespace garderobe::client
