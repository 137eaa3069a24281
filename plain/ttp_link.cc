#include "plain/ttp_link.h"

#include <algorithm>
#include <optional>

#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"

namespace garderobe::plain {
namespace {

constexpr std::chrono::seconds kFetchTimeout{2};

}  // namespace

absl::Status FromTtp(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      // ttpd says for how long; the transport's own words hold addresses.
      if (RetryAfter(status)) return status;
      return Unavailable("ttpd is not reached");
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
      return Unavailable("ttpd does not answer");
    case absl::StatusCode::kUnauthenticated:
      return Internal("ttpd does not know plaind by its key");
    default:
      return status;
  }
}

absl::Status TtpLink::Fetch() {
  const MutexLock lock(&fetching_);
  return FetchNow();
}

absl::Status TtpLink::FetchNow() {
  auto fetched = Ask();
  const MutexLock lock(&mutex_);
  why_not_ = fetched.status();
  if (fetched.ok()) {
    published_ = std::make_shared<const client::Published>(*std::move(fetched));
  }
  return why_not_;
}

absl::StatusOr<client::Published> TtpLink::Ask() {
  grpc::ClientContext context;
  SetDeadline(context, kFetchTimeout);
  v1::GetParametersResponse response;
  const absl::Status status = ttpd_.Report(
      FromGrpc(ttpd_.Get()->GetParameters(&context, {}, &response)));
  GARDEROBE_RETURN_IF_ERROR(FromTtp(status));
  return client::ReadPublished(response, endpoint_, state_);
}

absl::Status TtpLink::reachable() const {
  const MutexLock lock(&mutex_);
  return why_not_;
}

std::shared_ptr<const client::Published> TtpLink::Fetched() const {
  const MutexLock lock(&mutex_);
  return published_;
}

absl::StatusOr<std::shared_ptr<const client::Published>> TtpLink::Published() {
  if (auto fetched = Fetched()) return fetched;
  const MutexLock lock(&fetching_);
  // Another thread may have fetched it meanwhile.
  if (auto fetched = Fetched()) return fetched;
  const absl::Status status = FetchNow();
  if (!status.ok()) return Unavailable("{}", Message(status));
  return Fetched();
}

std::unique_ptr<client::RelationStream::Stream> TtpLink::Open(
    grpc::ClientContext* context) {
  return ttpd_.Open<client::RelationStream::Stream>(
      &v1::DeliveryService::Stub::DeliverRelations, context);
}

}  // namespace garderobe::plain
