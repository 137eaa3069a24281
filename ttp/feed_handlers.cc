#include "ttp/feed_handlers.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "spdlog/spdlog.h"

namespace garderobe::ttp {
namespace {

using Aggregator = Upstream::AggregatorClient::Async<v1::AggregatorService>;

// Opens the feed and reports where it stands.
template <typename Request, typename Response>
class FeedHandler : public StreamHandler<Request, Response> {
 public:
  using typename StreamHandler<Request, Response>::Done;

  FeedHandler(const Parts& parts, std::string client, v1::FeedKind kind,
              uint32_t rows_max, uint32_t window)
      : parts_(parts),
        client_(std::move(client)),
        kind_(kind),
        rows_max_(rows_max),
        window_(window) {}

  ~FeedHandler() override {
    if (stream_ != 0) parts_.open_feeds.Leave(feed_, stream_);
  }

  void Begin(std::function<void(absl::Status)> end) override {
    end_ = std::move(end);
  }

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
    if (name.kind() != v1::FEED_KIND_UNSPECIFIED && name.kind() != kind_) {
      return done(InvalidArgument(
          "feed.kind: this stream takes {}, and the feed is of {}",
          v1::FeedKind_Name(kind_), v1::FeedKind_Name(name.kind())));
    }
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
    request.set_run(hello.run());
    parts_.open_feeds.Take(feed_, stream_, end_);
    parts_.upstream.aggregator()
        .Call<v1::AggregatorService, v1::OpenFeedRequest, v1::OpenFeedResponse>(
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
              out->set_run_began(response->run_began());
              out->set_window(window_);
              out->set_batch_rows_max(rows_max_);
              out->set_epoch(parts_.upstream.epoch());
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
  const uint32_t rows_max_, window_;
  v1::FeedName feed_;    // set by Open
  uint64_t stream_ = 0;  // set by Open
  std::function<void(absl::Status)> end_;
};

class VisitHandler final
    : public FeedHandler<v1::DeliverVisitsRequest, v1::DeliverVisitsResponse> {
 public:
  VisitHandler(const Parts& parts, std::string client)
      : FeedHandler(parts, std::move(client), v1::FEED_KIND_VISITS,
                    kVisitRowsMax, kVisitWindow) {}

  absl::StatusOr<Commit> Prepare(v1::DeliverVisitsRequest request) override {
    if (!request.has_batch()) return InvalidArgument("a batch is expected");
    GARDEROBE_RETURN_IF_ERROR(StillAllowed());
    v1::VisitBatch& batch = *request.mutable_batch();
    GARDEROBE_RETURN_IF_ERROR(parts_.converter.CheckVisits(batch));
    GARDEROBE_RETURN_IF_ERROR(parts_.upstream.CheckSerial(batch.serial()));
    auto store = std::make_shared<v1::StoreVisitsRequest>();
    *store->mutable_feed() = feed_;
    store->set_stream(stream_);
    store->set_offset(batch.offset());
    store->set_count(batch.count());
    store->set_handles(std::move(*batch.mutable_handles()));
    store->set_sealed(std::move(*batch.mutable_sealed()));
    store->set_serial(batch.serial());
    parts_.converter.MapHandles(feed_.institution(), *store->mutable_handles());
    return Commit([this, store](Done done) {
      parts_.upstream.aggregator()
          .Call<v1::AggregatorService, v1::StoreVisitsRequest,
                v1::StoreVisitsResponse>(
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
                    kRelationRowsMax, kRelationWindow) {}

  absl::StatusOr<Commit> Prepare(v1::DeliverRelationsRequest request) override {
    if (!request.has_batch()) return InvalidArgument("a batch is expected");
    GARDEROBE_RETURN_IF_ERROR(StillAllowed());
    v1::RelationBatch& batch = *request.mutable_batch();
    GARDEROBE_ASSIGN_OR_RETURN(const auto published,
                               parts_.upstream.published());
    GARDEROBE_RETURN_IF_ERROR(parts_.upstream.CheckSerials(batch.serials()));
    GARDEROBE_RETURN_IF_ERROR(parts_.converter.CheckRelations(batch));
    GARDEROBE_ASSIGN_OR_RETURN(
        auto converted,
        parts_.converter.Convert(feed_.institution(), batch, published->keys));
    // From here on the vault may learn of them, whatever the aggregator says.
    GARDEROBE_RETURN_IF_ERROR(
        parts_.budgets.Take(feed_.institution(), TokensIn(batch)));
    auto work = std::make_shared<Work>();
    v1::StoreRelationsRequest& store = work->store;
    *store.mutable_feed() = feed_;
    store.set_stream(stream_);
    store.set_offset(batch.offset());
    store.set_count(batch.count());
    store.set_serial(batch.serials().aggregator());
    store.set_sealed(std::move(*batch.mutable_sealed()));
    std::vector<VaultHandle> relations;
    for (const ConvertedRelation& one : converted) {
      relations.push_back(one.for_vault.value().handle);
    }
    work->ticket = parts_.under_way.Begin(std::move(relations));
    std::vector<PooledRow> rows;
    for (ConvertedRelation& one : converted) {
      rows.push_back({std::move(one.for_vault), std::move(one.trace)});
      work->addresses.push_back(std::move(one.address));
    }
    // Rows wait for their crowd while others of the stream are prepared; only
    // what is stored afterwards has an order.
    parts_.pool.Add(feed_.institution(), std::move(rows),
                    [work](absl::StatusOr<InClientOrder<VaultAnswer>> answers) {
                      work->Answer(std::move(answers));
                    });
    const auto unless_committed =
        std::make_shared<AtTheEnd>([parts = parts_, work] {
          StoreOnceAnswered(parts, work, [](auto) {});
        });
    return Commit([parts = parts_, work, unless_committed](Done done) {
      unless_committed->Drop();
      StoreOnceAnswered(parts, work, std::move(done));
    });
  }

 private:
  // Does something when it ends. What is dropped is not done.
  class AtTheEnd {
   public:
    explicit AtTheEnd(std::function<void()> what) : what_(std::move(what)) {}
    ~AtTheEnd() {
      if (what_) what_();
    }
    AtTheEnd(const AtTheEnd&) = delete;
    AtTheEnd& operator=(const AtTheEnd&) = delete;
    void Drop() { what_ = nullptr; }

   private:
    std::function<void()> what_;
  };

  // A batch between the vault, whose answers come when its rows have had their
  // crowds, and the aggregator, which stores batches in order.
  struct Work {
    std::vector<RelationAddress> addresses;
    v1::StoreRelationsRequest store;
    UnderWay::Ticket ticket;

    Mutex mutex;
    std::optional<absl::StatusOr<InClientOrder<VaultAnswer>>> answers
        ABSL_GUARDED_BY(mutex);
    std::function<void()> then ABSL_GUARDED_BY(mutex);

    void Answer(absl::StatusOr<InClientOrder<VaultAnswer>> all) {
      std::function<void()> next;
      {
        const MutexLock lock(&mutex);
        answers.emplace(std::move(all));
        next.swap(then);
      }
      if (next) next();
    }
    void WhenAnswered(std::function<void()> next) {
      {
        const MutexLock lock(&mutex);
        if (!answers) {
          then = std::move(next);
          return;
        }
      }
      next();
    }
  };

  // Rows wait for their crowds, for an hour even, and rounds overtake them: the
  // round before the first of the answers.
  static uint64_t FirstRoundOf(const InClientOrder<VaultAnswer>& answers) {
    uint64_t first = std::numeric_limits<uint64_t>::max();
    for (const VaultAnswer& answer : answers.rows()) {
      first = std::min(first, answer.last_round);
    }
    return first;
  }

  // Also of a batch whose stream has ended: its rows go to the vault with their
  // crowds, and the aggregator stores it, or notes that the vault is to forget
  // them. Otherwise a client could leave rows there that nobody removes.
  static void StoreOnceAnswered(const Parts& parts, std::shared_ptr<Work> work,
                                Done done) {
    work->WhenAnswered([parts, work, done = std::move(done)] {
      boost::asio::post(parts.daemon.workers(),
                        [parts, work, done] { Store(parts, work, done); });
    });
  }

  static void Store(const Parts& parts, std::shared_ptr<Work> work, Done done) {
    const auto published = parts.upstream.published();
    if (!published.ok()) return done(published.status());
    absl::StatusOr<InClientOrder<AggregatorRow>> rows = absl::UnknownError("");
    {
      const MutexLock lock(&work->mutex);
      if (!work->answers->ok()) return done(work->answers->status());
      work->store.set_answered_after(FirstRoundOf(**work->answers));
      rows = parts.converter.ConvertAnswers(
          work->addresses, **work->answers,
          (*published)->aggregator.pseudonym_key);
    }
    if (!rows.ok()) return done(rows.status());
    parts.upstream.StoreRelations(
        std::move(work->store), *rows,
        [parts, work,
         done](absl::StatusOr<v1::StoreRelationsResponse> response) {
          work->ticket.reset();
          if (!response.ok()) return done(response.status());
          auto* outcome = response->mutable_outcome();
          parts.relations.Increment(outcome->accepted());
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
