#include "plain/service.h"

#include <memory>
#include <string>

#include "core/rpc/peer.h"
#include "core/rpc/refused_stream.h"

namespace garderobe::plain {

grpc::ServerBidiReactor<v1::DeliverPlainRequest, v1::DeliverPlainResponse>*
PlainServiceImpl::DeliverPlain(grpc::CallbackServerContext* context) {
  using Refused =
      RefusedStream<v1::DeliverPlainRequest, v1::DeliverPlainResponse>;
  using Stream =
      OrderedStream<v1::DeliverPlainRequest, v1::DeliverPlainResponse>;
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
  const std::string client = peer->name;
  if (const absl::Status placed = places_.Take(client); !placed.ok()) {
    return new Refused(placed);
  }
  auto handler = std::make_unique<PlainHandler>(parts_, client);
  const auto outbound = handler->outbound();
  const auto stream = Stream::Start(
      context, std::move(handler),
      {kWindow, [this, client](auto work) { parts_.queue.Post(client, work); },
       [this, client, outbound] {
         outbound->End();
         places_.Give(client);
       }});
  places_.Watch(stream);
  return stream.get();
}

}  // namespace garderobe::plain
