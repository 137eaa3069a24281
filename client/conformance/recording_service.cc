#include "client/conformance/recording_service.h"

#include <functional>
#include <memory>
#include <type_traits>

#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"
#include "core/rpc/refused_stream.h"

namespace garderobe::client::conformance {
namespace {

using ServiceParts = RecordingService::Parts;

constexpr uint32_t kProtocolVersion = 2;
// As ttpd has them.
constexpr uint32_t kVisitWindow = 8, kRelationWindow = 64;

// The feed with the client's name filled in. InvalidArgument: a name is
// malformed. PermissionDenied: as MayDeliver, or of another institution.
absl::StatusOr<v1::FeedName> NamedFeed(const ServiceParts& parts,
                                       const std::string& client,
                                       v1::FeedName feed) {
  if (!IsSourceName(feed.source())) {
    return InvalidArgument("feed.source: 1 to 64 of a-z, 0-9, '.', '_' and -");
  }
  if (feed.kind() != v1::FEED_KIND_VISITS &&
      feed.kind() != v1::FEED_KIND_RELATIONS) {
    return InvalidArgument("feed.kind: visits or relations");
  }
  GARDEROBE_RETURN_IF_ERROR(
      parts.institutions.MayDeliver(client, feed.institution(), Today()));
  if (feed.institution() != parts.institution) {
    return PermissionDenied("what is recorded here is of {}",
                            parts.institution);
  }
  feed.set_client(client);
  return feed;
}

// `Batch` is v1::VisitBatch or v1::RelationBatch.
template <typename Batch, typename Request, typename Response>
class RecordingHandler final : public StreamHandler<Request, Response> {
 public:
  using typename StreamHandler<Request, Response>::Done;
  using typename StreamHandler<Request, Response>::Commit;
  static constexpr bool kIsVisits = std::is_same_v<Batch, v1::VisitBatch>;
  static constexpr uint32_t kWindow =
      kIsVisits ? kVisitWindow : kRelationWindow;

  RecordingHandler(const ServiceParts& parts, std::string client)
      : parts_(parts), client_(std::move(client)) {}
  ~RecordingHandler() override {
    if (opened_.stream != 0) parts_.recorder.Leave(feed_, opened_.stream);
  }

  void Begin(std::function<void(absl::Status)> end) override {
    end_ = std::move(end);
  }

  void Open(Request first, Done done) override {
    if (!first.has_hello()) {
      parts_.recorder.Note(kHello, "no Hello");
      return done(InvalidArgument("a stream begins with Hello"));
    }
    const v1::Hello& hello = first.hello();
    if (hello.protocol_version() != kProtocolVersion) {
      parts_.recorder.Note(kHello,
                           fmt::format("version {}", hello.protocol_version()));
      return done(FailedPrecondition("this service speaks protocol version {}",
                                     kProtocolVersion));
    }
    constexpr auto kKind =
        kIsVisits ? v1::FEED_KIND_VISITS : v1::FEED_KIND_RELATIONS;
    v1::FeedName name = hello.feed();
    if (name.kind() != v1::FEED_KIND_UNSPECIFIED && name.kind() != kKind) {
      parts_.recorder.Note(kHello, "kind of the other stream");
      return done(InvalidArgument(
          "feed.kind: this stream takes {}, and the feed is of {}",
          v1::FeedKind_Name(kKind), v1::FeedKind_Name(name.kind())));
    }
    name.set_kind(kKind);
    auto feed = NamedFeed(parts_, client_, std::move(name));
    if (!feed.ok()) return done(feed.status());
    feed_ = *std::move(feed);
    opened_ = parts_.recorder.Open(feed_, hello.run(), end_);
    Response response;
    v1::Welcome& welcome = *response.mutable_welcome();
    welcome.set_protocol_version(kProtocolVersion);
    welcome.set_committed(opened_.committed);
    welcome.set_run_began(opened_.run_began);
    welcome.set_window(kWindow);
    welcome.set_batch_rows_max(kIsVisits ? kVisitRowsMax : kRelationRowsMax);
    welcome.set_epoch(parts_.keys.epoch());
    done(std::move(response));
  }

  absl::StatusOr<Commit> Prepare(Request request) override {
    if (!request.has_batch()) return InvalidArgument("a batch is expected");
    const Batch& batch = request.batch();
    const FeedRecord::Batch place{batch.offset(), batch.count(),
                                  Hash(batch.SerializeAsString())};
    const Digest256 sealed = Hash(batch.sealed());
    const size_t bytes = batch.ByteSizeLong();
    auto opened = std::make_shared<Opened>(
        parts_.opener.Open(feed_, std::move(*request.mutable_batch())));
    return Commit([this, place, sealed, bytes, opened](Done done) {
      auto outcome = parts_.recorder.Take(
          {feed_, opened_.stream, place, sealed, bytes}, std::move(*opened));
      if (!outcome.ok()) return done(outcome.status());
      Response reply;
      *reply.mutable_outcome() = *std::move(outcome);
      done(std::move(reply));
    });
  }

 private:
  using Opened = std::conditional_t<kIsVisits, OpenedVisits, OpenedRelations>;

  const ServiceParts& parts_;
  const std::string client_;
  v1::FeedName feed_;        // set by Open
  Recorder::Opened opened_;  // set by Open
  std::function<void(absl::Status)> end_;
};

}  // namespace

grpc::ServerUnaryReactor* RecordingService::GetParameters(
    grpc::CallbackServerContext* context, const v1::GetParametersRequest*,
    v1::GetParametersResponse* response) {
  *response = parts_.keys.published();
  return FinishNow(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* RecordingService::GetFeed(
    grpc::CallbackServerContext* context, const v1::GetFeedRequest* request,
    v1::GetFeedResponse* response) {
  const auto peer = RequirePeer(*context, Role::kClient);
  if (!peer.ok()) return FinishNow(context, peer.status());
  const auto feed = NamedFeed(parts_, peer->name, request->feed());
  if (!feed.ok()) return FinishNow(context, feed.status());
  response->set_committed(parts_.recorder.Committed(*feed));
  return FinishNow(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* RecordingService::CloseFeed(
    grpc::CallbackServerContext* context, const v1::CloseFeedRequest* request,
    v1::CloseFeedResponse* response) {
  const auto peer = RequirePeer(*context, Role::kClient);
  if (!peer.ok()) return FinishNow(context, peer.status());
  const auto feed = NamedFeed(parts_, peer->name, request->feed());
  if (!feed.ok()) return FinishNow(context, feed.status());
  *response = parts_.recorder.Close(*feed, request->rows());
  return FinishNow(context, absl::OkStatus());
}

template <typename Batch, typename Request, typename Response>
grpc::ServerBidiReactor<Request, Response>* RecordingService::OpenStream(
    grpc::CallbackServerContext* context) {
  using Refused = RefusedStream<Request, Response>;
  using Handler = RecordingHandler<Batch, Request, Response>;
  const auto peer = RequirePeer(*context, Role::kClient);
  if (!peer.ok()) return new Refused(peer.status());
  if (const absl::Status placed = places_.Take(peer->name); !placed.ok()) {
    return new Refused(placed);
  }
  const std::string client = peer->name;
  const auto stream = OrderedStream<Request, Response>::Start(
      context, std::make_unique<Handler>(parts_, client),
      {Handler::kWindow,
       [this](auto work) {
         boost::asio::post(parts_.workers, std::move(work));
       },
       [this, client] { places_.Give(client); }});
  places_.Watch(stream);
  return stream.get();
}

grpc::ServerBidiReactor<v1::DeliverVisitsRequest, v1::DeliverVisitsResponse>*
RecordingService::DeliverVisits(grpc::CallbackServerContext* context) {
  return OpenStream<v1::VisitBatch, v1::DeliverVisitsRequest,
                    v1::DeliverVisitsResponse>(context);
}

grpc::ServerBidiReactor<v1::DeliverRelationsRequest,
                        v1::DeliverRelationsResponse>*
RecordingService::DeliverRelations(grpc::CallbackServerContext* context) {
  return OpenStream<v1::RelationBatch, v1::DeliverRelationsRequest,
                    v1::DeliverRelationsResponse>(context);
}

}  // namespace garderobe::client::conformance
