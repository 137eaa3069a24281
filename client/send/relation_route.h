// The two ways that relations go: encrypted to ttpd, or, in plain mode, to
// plaind as the institution wrote them (protocol.md, 3).
#ifndef GARDEROBE_CLIENT_SEND_RELATION_ROUTE_H_
#define GARDEROBE_CLIENT_SEND_RELATION_ROUTE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/endpoint.h"
#include "client/orders/order_line.h"
#include "client/relation_batch.h"
#include "client/send/feed_stream.h"
#include "client/stream_opener.h"
#include "core/keys/outcome.h"

namespace garderobe::client {

// One feed of relations. Calls from one thread; outcomes come on another.
class RelationRoute {
 public:
  // What all routes need. Everything pointed to outlives the route.
  struct Context {
    const Endpoint* endpoint;
    const FeedContext* feed;
    const InstitutionHandleKey* handle_key;
    std::vector<std::string> own_domains;
    v1::Hello hello;
    RetryOptions retry;
    // Verifies what the aggregator has signed, and keeps it. DataLoss: it has
    // not; the delivery ends.
    std::function<absl::Status(const Outcome& said, const v1::BatchOutcome&)>
        keep;
    // What became of a batch, in order. `tag` is what it was pushed with.
    // Without a signature plaind says that the batch is stored, and nobody
    // else.
    std::function<void(const v1::BatchOutcome&, std::shared_ptr<void> tag)>
        on_outcome;
  };
  static std::unique_ptr<RelationRoute> ToTtp(
      const Context& context, StreamOpener<v1::DeliveryService>& ttpd);
  static std::unique_ptr<RelationRoute> ToPlaind(const Context& context);

  virtual ~RelationRoute() = default;
  // Once, before anything else.
  [[nodiscard]] virtual absl::Status WaitUntilOpen() = 0;
  // Adds a customer to the next batch; nothing of `line` is kept by reference.
  virtual void Add(const OrderLine& line, const Handle& handle) = 0;
  // Delivers those that were added as one batch; waits while too many are
  // unanswered.
  [[nodiscard]] virtual absl::Status Push(std::shared_ptr<void> tag) = 0;
  // Forgets those that were added.
  virtual void Drop() = 0;
  // Waits until everything is answered.
  [[nodiscard]] virtual absl::Status Finish() = 0;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_RELATION_ROUTE_H_
