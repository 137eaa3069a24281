// What the streams of the delivery service share: the parts of the TTP, and
// opening a feed.
#ifndef GARDEROBE_TTP_FEED_HANDLERS_H_
#define GARDEROBE_TTP_FEED_HANDLERS_H_

#include <memory>
#include <string>

#include "core/daemon/daemon.h"
#include "core/register/register_store.h"
#include "core/rpc/fair_queue.h"
#include "core/rpc/ordered_stream.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "ttp/budgets.h"
#include "ttp/converter.h"
#include "ttp/open_feeds.h"
#include "ttp/pool.h"
#include "ttp/under_way.h"
#include "ttp/upstream.h"

namespace garderobe::ttp {

// All outlive the streams.
struct Parts {
  Daemon& daemon;
  RegisterStore& institutions;
  Upstream& upstream;
  const Converter& converter;
  Pool& pool;
  FairQueue& queue;
  Budgets& budgets;
  UnderWay& under_way;
  OpenFeeds& open_feeds;
  prometheus::Counter& visits;
  prometheus::Counter& relations;
  prometheus::Counter& refused_calls;
};

inline constexpr uint32_t kProtocolVersion = 2;
// Batches of a stream that may be unanswered. Relations wait for a crowd, and a
// stream must not be what keeps it small.
inline constexpr uint32_t kVisitWindow = 8;
inline constexpr uint32_t kRelationWindow = 64;

// The feed with the client's name filled in.
// InvalidArgument: a name is malformed. PermissionDenied: as MayDeliver.
[[nodiscard]] absl::StatusOr<v1::FeedName> AuthorisedFeed(
    const Parts& parts, const std::string& client, v1::FeedName feed);

// A stream of visits, or of relations, by the client of that name.
std::unique_ptr<
    StreamHandler<v1::DeliverVisitsRequest, v1::DeliverVisitsResponse>>
NewVisitHandler(const Parts& parts, std::string client);
std::unique_ptr<
    StreamHandler<v1::DeliverRelationsRequest, v1::DeliverRelationsResponse>>
NewRelationHandler(const Parts& parts, std::string client);

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_FEED_HANDLERS_H_
