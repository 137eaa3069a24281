#include "ttp/feed_handlers.h"

#include <boost/asio/post.hpp>

#include "spdlog/spdlog.h"
#include "ttp/plain.h"

namespace garderobe::ttp {
namespace {

using Aggregator = Upstream::Aggregator;

// Opens the feed and reports where it stands.
template <typename Request, typename Response>
class FeedHandler : public StreamHandler<Request, Response> {
 public:
  using typename StreamHandler<Request, Response>::Done;

  FeedHandler(const Parts& parts, std::string client, v1::FeedKind kind,
              uint32_t rows_max)
      : parts_(parts),
        client_(std::move(client)),
        kind_(kind),
        rows_max_(rows_max) {}

  void Open(Request first, Done done) override {
    if (!first.has_hello()) {
      return done(InvalidArgument("a stream begins with Hello"));
    }
    const v1::Hello& hello = first.hello();
    if (hello.protocol_version() != kProtocolVersion) {
      return done(FailedPrecondition("this service speaks protocol version {}",
                                     kProtocolVersion));
    }
    v1::FeedName name = hello.feed();
    name.set_kind(kind_);
    auto feed = AuthorisedFeed(parts_, client_, std::move(name));
    if (!feed.ok()) return done(feed.status());
    feed_ = *std::move(feed);
    do {
      randombytes_buf(&stream_, sizeof stream_);
    } while (stream_ == 0);
    v1::OpenFeedRequest request;
    *request.mutable_feed() = feed_;
    request.set_stream(stream_);
    parts_.upstream.CallAggregator<v1::OpenFeedRequest, v1::OpenFeedResponse>(
        &Aggregator::OpenFeed, std::move(request),
        [this, done](absl::StatusOr<v1::OpenFeedResponse> response) {
          if (!response.ok()) return done(response.status());
          spdlog::info(
              "event=feed-open client={} institution={} source={} kind={} "
              "committed={}",
              client_, feed_.institution(), feed_.source(),
              static_cast<int>(kind_), response->committed());
          Response welcome;
          auto* out = welcome.mutable_welcome();
          out->set_protocol_version(kProtocolVersion);
          out->set_committed(response->committed());
          out->set_window(kWindowBatches);
          out->set_batch_rows_max(rows_max_);
          out->set_epoch(TtpKeys::kEpoch);
          done(std::move(welcome));
        });
  }

 protected:
  // A stream may outlast its agreement, or its place in the register.
  absl::Status StillAllowed() const {
    return parts_.institutions.MayDeliver(client_, feed_.institution(),
                                          Today());
  }

  const Parts parts_;
  const std::string client_;
  const v1::FeedKind kind_;
  const uint32_t rows_max_;
  v1::FeedName feed_;    // set by Open
  uint64_t stream_ = 0;  // set by Open
};

class VisitHandler final
    : public FeedHandler<v1::DeliverVisitsRequest, v1::DeliverVisitsResponse> {
 public:
  VisitHandler(const Parts& parts, std::string client)
      : FeedHandler(parts, std::move(client), v1::FEED_KIND_VISITS,
                    kVisitRowsMax) {}

  absl::StatusOr<Commit> Prepare(v1::DeliverVisitsRequest request) override {
    if (!request.has_batch()) return InvalidArgument("a batch is expected");
    GARDEROBE_RETURN_IF_ERROR(StillAllowed());
    v1::VisitBatch& batch = *request.mutable_batch();
    GARDEROBE_RETURN_IF_ERROR(parts_.converter.CheckVisits(batch));
    auto store = std::make_shared<v1::StoreVisitsRequest>();
    *store->mutable_feed() = feed_;
    store->set_stream(stream_);
    store->set_offset(batch.offset());
    store->set_count(batch.count());
    store->set_handles(std::move(*batch.mutable_handles()));
    store->set_sealed(std::move(*batch.mutable_sealed()));
    parts_.converter.MapHandles(feed_.institution(), *store->mutable_handles());
    return Commit([this, store](Done done) {
      parts_.upstream
          .CallAggregator<v1::StoreVisitsRequest, v1::StoreVisitsResponse>(
              &Aggregator::StoreVisits, std::move(*store),
              [this, done](absl::StatusOr<v1::StoreVisitsResponse> response) {
                if (!response.ok()) return done(response.status());
                parts_.visits.Increment(response->outcome().accepted());
                v1::DeliverVisitsResponse reply;
                *reply.mutable_outcome() =
                    std::move(*response->mutable_outcome());
                done(std::move(reply));
              });
    });
  }
};

class RelationHandler final : public FeedHandler<v1::DeliverRelationsRequest,
                                                 v1::DeliverRelationsResponse> {
 public:
  RelationHandler(const Parts& parts, std::string client)
      : FeedHandler(parts, std::move(client), v1::FEED_KIND_RELATIONS,
                    kRelationRowsMax) {}

  absl::StatusOr<Commit> Prepare(v1::DeliverRelationsRequest request) override {
    if (!request.has_batch()) return InvalidArgument("a batch is expected");
    GARDEROBE_RETURN_IF_ERROR(StillAllowed());
    v1::RelationBatch& batch = *request.mutable_batch();
    GARDEROBE_ASSIGN_OR_RETURN(const auto published,
                               parts_.upstream.published());
    if (batch.has_plain()) {
      GARDEROBE_RETURN_IF_ERROR(TakePlain(batch, published->vault));
    }
    GARDEROBE_RETURN_IF_ERROR(parts_.converter.CheckRelations(batch));
    GARDEROBE_ASSIGN_OR_RETURN(
        auto rows,
        parts_.converter.Convert(feed_.institution(), batch, published->vault));
    // From here on the vault may learn of them, whatever the aggregator says.
    GARDEROBE_RETURN_IF_ERROR(
        parts_.budgets.Take(feed_.institution(), batch.count()));
    auto work = std::make_shared<Work>();
    work->rows = std::move(rows);
    v1::StoreRelationsRequest& store = work->store;
    *store.mutable_feed() = feed_;
    store.set_stream(stream_);
    store.set_offset(batch.offset());
    store.set_count(batch.count());
    store.set_epoch(TtpKeys::kEpoch);
    store.set_handles(std::move(*batch.mutable_handles()));
    store.set_sealed(std::move(*batch.mutable_sealed()));
    parts_.converter.MapHandles(feed_.institution(), *store.mutable_handles());
    work->ticket = parts_.under_way.Begin(store.handles());
    return Commit([this, work](Done done) { Link(work, std::move(done)); });
  }

 private:
  absl::Status TakePlain(v1::RelationBatch& batch,
                         const VaultParameters& vault) {
    const auto institutions = parts_.institutions.Get();
    const auto found = institutions->find(feed_.institution());
    if (found == institutions->end() || !found->second.plain()) {
      return PermissionDenied(
          "the agreement of {} does not allow plain mode; seal the identifiers",
          feed_.institution());
    }
    if (batch.count() > kRelationRowsMax) {
      return InvalidArgument("count: 1 to {} rows", kRelationRowsMax);
    }
    spdlog::info("event=plain-batch client={} institution={} rows={}", client_,
                 feed_.institution(), batch.count());
    return SealPlain(batch, vault, Today(), parts_.daemon.workers());
  }

  struct Work {
    std::vector<ConvertedRelation> rows;
    v1::StoreRelationsRequest store;
    UnderWay::Ticket ticket;
  };

  void Link(std::shared_ptr<Work> work, Done done) {
    parts_.gatherer.Add(
        std::move(work->rows),
        [this, work, done](absl::StatusOr<std::string> pseudonyms) {
          if (!pseudonyms.ok()) return done(pseudonyms.status());
          work->store.set_pseudonyms(*std::move(pseudonyms));
          boost::asio::post(parts_.daemon.workers(),
                            [this, work, done] { Store(work, done); });
        });
  }

  void Store(std::shared_ptr<Work> work, Done done) {
    const auto published = parts_.upstream.published();
    if (!published.ok()) return done(published.status());
    const absl::Status converted = parts_.converter.ConvertPseudonyms(
        *work->store.mutable_pseudonyms(),
        (*published)->aggregator.pseudonym_key);
    if (!converted.ok()) return done(converted);
    parts_.upstream
        .CallAggregator<v1::StoreRelationsRequest, v1::StoreRelationsResponse>(
            &Aggregator::StoreRelations, std::move(work->store),
            [this, work,
             done](absl::StatusOr<v1::StoreRelationsResponse> response) {
              work->ticket.reset();
              if (!response.ok()) return done(response.status());
              auto* outcome = response->mutable_outcome();
              parts_.relations.Increment(outcome->accepted());
              outcome->set_stored_by_vault(outcome->count());
              v1::DeliverRelationsResponse reply;
              *reply.mutable_outcome() = std::move(*outcome);
              done(std::move(reply));
            });
  }
};

}  // namespace

absl::StatusOr<v1::FeedName> AuthorisedFeed(const Parts& parts,
                                            const std::string& client,
                                            v1::FeedName feed) {
  if (!IsSourceName(feed.source())) {
    return InvalidArgument("feed.source: 1 to 64 of a-z, 0-9, '.', '_' and -");
  }
  if (feed.kind() != v1::FEED_KIND_VISITS &&
      feed.kind() != v1::FEED_KIND_RELATIONS) {
    return InvalidArgument("feed.kind: visits or relations");
  }
  const absl::Status allowed =
      parts.institutions.MayDeliver(client, feed.institution(), Today());
  if (!allowed.ok()) {
    parts.refused_calls.Increment();
    return allowed;
  }
  feed.set_client(client);
  return feed;
}

std::unique_ptr<
    StreamHandler<v1::DeliverVisitsRequest, v1::DeliverVisitsResponse>>
NewVisitHandler(const Parts& parts, std::string client) {
  return std::make_unique<VisitHandler>(parts, std::move(client));
}

std::unique_ptr<
    StreamHandler<v1::DeliverRelationsRequest, v1::DeliverRelationsResponse>>
NewRelationHandler(const Parts& parts, std::string client) {
  return std::make_unique<RelationHandler>(parts, std::move(client));
}

}  // namespace garderobe::ttp
