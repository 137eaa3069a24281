// The way from plaind to ttpd, as any client goes it: what the parties have
// published, and streams of relations.
#ifndef GARDEROBE_PLAIN_TTP_LINK_H_
#define GARDEROBE_PLAIN_TTP_LINK_H_

#include <memory>
#include <string>

#include "client/endpoint.h"
#include "client/published.h"
#include "client/send/feed_stream.h"
#include "client/stream_opener.h"
#include "core/base/mutex.h"

namespace garderobe::plain {

// What a client is told of a call to ttpd that failed: no addresses, and
// nothing that it could take for its own fault.
absl::Status FromTtp(const absl::Status& status);

// Thread-safe.
class TtpLink {
 public:
  // `endpoint.client` is the name in plaind's certificate. The serials that
  // were taken are remembered in the folder `state`.
  TtpLink(const client::Endpoint& endpoint, std::string state)
      : endpoint_(endpoint),
        state_(std::move(state)),
        ttpd_(endpoint_.ttpd, endpoint_.tls) {}

  const std::string& client() const { return endpoint_.client; }

  // Asks ttpd for what the parties publish; blocks up to some seconds. Called
  // by a timer.
  [[nodiscard]] absl::Status Fetch();
  // How the last Fetch went.
  absl::Status reachable() const;
  // The last that was fetched; fetches when there is none yet. Unavailable:
  // that failed.
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const client::Published>>
  Published();

  std::unique_ptr<client::RelationStream::Stream> Open(
      grpc::ClientContext* context);
  // How a stream ended; replaces the channel when calls keep failing.
  void Report(const absl::Status& status) { (void)ttpd_.Report(status); }

 private:
  [[nodiscard]] absl::Status FetchNow()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(fetching_);
  [[nodiscard]] absl::StatusOr<client::Published> Ask();
  std::shared_ptr<const client::Published> Fetched() const;

  const client::Endpoint endpoint_;
  const std::string state_;
  client::StreamOpener<v1::DeliveryService> ttpd_;  // own locking
  Mutex fetching_;  // one at a time: the serials are a file. Taken first
  mutable Mutex mutex_;
  std::shared_ptr<const client::Published> published_ ABSL_GUARDED_BY(mutex_);
  absl::Status why_not_ ABSL_GUARDED_BY(mutex_) =
      Unavailable("ttpd has not been reached yet");
};

}  // namespace garderobe::plain

#endif  // GARDEROBE_PLAIN_TTP_LINK_H_
