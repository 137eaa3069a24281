// A stream of a client in plain mode: encrypts what it brings, and delivers it
// to ttpd in its stead.
#ifndef GARDEROBE_PLAIN_PLAIN_HANDLER_H_
#define GARDEROBE_PLAIN_PLAIN_HANDLER_H_

#include <memory>
#include <string>
#include <string_view>

#include "core/daemon/daemon.h"
#include "core/register/register_store.h"
#include "core/rpc/fair_queue.h"
#include "core/rpc/ordered_stream.h"
#include "garderobe/v1/plain.grpc.pb.h"
#include "plain/keys.h"
#include "plain/outbound_feed.h"

namespace garderobe::plain {

// All outlive the streams.
struct Parts {
  const RegisterStore& institutions;
  const PlainKeys& keys;
  TtpLink& ttp;
  boost::asio::thread_pool& reaper;
  FairQueue& queue;
  prometheus::Counter& relations;
  prometheus::Counter& refused_calls;
};

// As many as at ttpd: rows wait there for a crowd, and a stream must not be
// what keeps it small.
inline constexpr uint32_t kWindow = 64;

// PermissionDenied: `client` may not deliver for the institution today, or the
// agreement does not allow plain mode.
[[nodiscard]] absl::Status MayDeliverPlain(const RegisterStore& institutions,
                                           std::string_view client,
                                           std::string_view institution);
// How many institutions may deliver in plain mode.
size_t PlainInstitutions(const RegisterStore& institutions);

class PlainHandler final
    : public StreamHandler<v1::DeliverPlainRequest, v1::DeliverPlainResponse> {
 public:
  PlainHandler(const Parts& parts, std::string client)
      : parts_(parts),
        client_(std::move(client)),
        outbound_(std::make_shared<OutboundFeed>(parts.ttp, parts.reaper)) {}

  // What has to be ended when the stream is over.
  const std::shared_ptr<OutboundFeed>& outbound() const { return outbound_; }

  void Open(v1::DeliverPlainRequest first, Done done) override;
  absl::StatusOr<Commit> Prepare(v1::DeliverPlainRequest request) override;

 private:
  const Parts parts_;
  const std::string client_;
  const std::shared_ptr<OutboundFeed> outbound_;
  v1::FeedName feed_;  // of plaind's at ttpd; set by Open
};

}  // namespace garderobe::plain

#endif  // GARDEROBE_PLAIN_PLAIN_HANDLER_H_
