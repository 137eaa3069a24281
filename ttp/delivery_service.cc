#include "ttp/delivery_service.h"

#include <memory>
#include <string>

#include "core/rpc/peer.h"
#include "core/rpc/refused_stream.h"

namespace garderobe::ttp {
namespace {

using Aggregator = Upstream::AggregatorClient::Async<v1::AggregatorService>;

void Fill(const SignedBody& from, v1::SignedParameters* to) {
  to->set_body(from.body);
  to->set_signature(from.signature);
}

// Passes a unary call about a feed on to the aggregator.
template <typename Request, typename Response>
void PassOn(
    Upstream& upstream,
    Upstream::AggregatorClient::Method<v1::AggregatorService, Request, Response>
        method,
    Request request, Response* response, grpc::ServerUnaryReactor* reactor) {
  upstream.aggregator().Call<v1::AggregatorService, Request, Response>(
      method, std::move(request),
      [response, reactor](absl::StatusOr<Response> result) {
        const absl::Status status = result.status();
        if (result.ok()) *response = *std::move(result);
        reactor->Finish(ToGrpc(status));
      });
}

}  // namespace

grpc::ServerUnaryReactor* DeliveryServiceImpl::GetParameters(
    grpc::CallbackServerContext* context, const v1::GetParametersRequest*,
    v1::GetParametersResponse* response) {
  if (auto peer = PeerOf(*context); !peer.ok()) {
    return FinishNow(context, peer.status());
  }
  const auto published = parts_.upstream.published();
  if (!published.ok()) return FinishNow(context, published.status());
  Fill(parameters_, response->mutable_ttp());
  *response->mutable_vault() = (*published)->vault_signed;
  *response->mutable_aggregator() = (*published)->aggregator_signed;
  return FinishNow(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* DeliveryServiceImpl::GetFeed(
    grpc::CallbackServerContext* context, const v1::GetFeedRequest* request,
    v1::GetFeedResponse* response) {
  const auto peer = RequirePeer(*context, Role::kClient);
  if (!peer.ok()) return FinishNow(context, peer.status());
  auto feed = AuthorisedFeed(parts_, peer->name, request->feed());
  if (!feed.ok()) return FinishNow(context, feed.status());
  v1::GetFeedRequest passed;
  *passed.mutable_feed() = *std::move(feed);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  PassOn<v1::GetFeedRequest, v1::GetFeedResponse>(
      parts_.upstream, &Aggregator::GetFeed, std::move(passed), response,
      reactor);
  return reactor;
}

grpc::ServerUnaryReactor* DeliveryServiceImpl::CloseFeed(
    grpc::CallbackServerContext* context, const v1::CloseFeedRequest* request,
    v1::CloseFeedResponse* response) {
  const auto peer = RequirePeer(*context, Role::kClient);
  if (!peer.ok()) return FinishNow(context, peer.status());
  auto feed = AuthorisedFeed(parts_, peer->name, request->feed());
  if (!feed.ok()) return FinishNow(context, feed.status());
  v1::CloseFeedRequest passed = *request;
  *passed.mutable_feed() = *std::move(feed);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  PassOn<v1::CloseFeedRequest, v1::CloseFeedResponse>(
      parts_.upstream, &Aggregator::CloseFeed, std::move(passed), response,
      reactor);
  return reactor;
}

grpc::ServerUnaryReactor* LinkServiceImpl::ForwardLinks(
    grpc::CallbackServerContext* context, const v1::ForwardLinksRequest*,
    v1::ForwardLinksResponse*) {
  const auto peer = RequirePeer(*context, Role::kCoordinator);
  if (!peer.ok()) return FinishNow(context, peer.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  rounds_.WhenCarried([reactor](const absl::Status& status) {
    reactor->Finish(ToGrpc(status));
  });
  return reactor;
}

template <typename Request, typename Response, typename Make>
grpc::ServerBidiReactor<Request, Response>* DeliveryServiceImpl::OpenStream(
    grpc::CallbackServerContext* context, uint32_t window, Make make) {
  using Refused = RefusedStream<Request, Response>;
  const auto peer = RequirePeer(*context, Role::kClient);
  if (!peer.ok()) {
    parts_.refused_calls.Increment();
    return new Refused(peer.status());
  }
  // Whom no institution lists takes nobody's place.
  if (!parts_.institutions.IsListed(peer->name)) {
    parts_.refused_calls.Increment();
    return new Refused(PermissionDenied(
        "no institution in the register lists the client {}", peer->name));
  }
  if (const absl::Status placed = places_.Take(peer->name); !placed.ok()) {
    return new Refused(placed);
  }
  const std::string client = peer->name;
  const auto stream = OrderedStream<Request, Response>::Start(
      context, make(parts_, client),
      {window, [this, client](auto work) { parts_.queue.Post(client, work); },
       [this, client] { places_.Give(client); }});
  places_.Watch(stream);
  return stream.get();
}

grpc::ServerBidiReactor<v1::DeliverVisitsRequest, v1::DeliverVisitsResponse>*
DeliveryServiceImpl::DeliverVisits(grpc::CallbackServerContext* context) {
  return OpenStream<v1::DeliverVisitsRequest, v1::DeliverVisitsResponse>(
      context, kVisitWindow, NewVisitHandler);
}

grpc::ServerBidiReactor<v1::DeliverRelationsRequest,
                        v1::DeliverRelationsResponse>*
DeliveryServiceImpl::DeliverRelations(grpc::CallbackServerContext* context) {
  return OpenStream<v1::DeliverRelationsRequest, v1::DeliverRelationsResponse>(
      context, kRelationWindow, NewRelationHandler);
}

}  // namespace garderobe::ttp
