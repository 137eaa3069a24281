#include "core/rpc/status_conversion.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace garderobe {
namespace {
constexpr char kRetryInfoUrl[] = "type.googleapis.com/google.rpc.RetryInfo";
constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr std::chrono::milliseconds kDefaultRetry{1000};
}  // namespace

absl::Status WithRetryAfter(absl::Status status,
                            std::chrono::milliseconds delay) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(delay.count() / 1000);
  info.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(delay.count() % 1000 * 1'000'000));
  status.SetPayload(kRetryInfoUrl, absl::Cord(info.SerializeAsString()));
  return status;
}

std::optional<std::chrono::milliseconds> RetryAfter(
    const absl::Status& status) {
  const auto payload = status.GetPayload(kRetryInfoUrl);
  google::rpc::RetryInfo info;
  if (!payload || !info.ParseFromString(std::string(*payload))) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(info.retry_delay().seconds() * 1000 +
                                   info.retry_delay().nanos() / 1'000'000);
}

absl::Status WithReason(absl::Status status, std::string_view reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain("garderobe");
  status.SetPayload(kErrorInfoUrl, absl::Cord(info.SerializeAsString()));
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kErrorInfoUrl);
  google::rpc::ErrorInfo info;
  if (!payload || !info.ParseFromString(std::string(*payload))) return "";
  return info.reason();
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  absl::Status detailed = status;
  const bool comes_back = status.code() == absl::StatusCode::kUnavailable ||
                          status.code() == absl::StatusCode::kResourceExhausted;
  if (comes_back && !RetryAfter(status)) {
    detailed = WithRetryAfter(status, kDefaultRetry);
  }
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(detailed.code()));
  proto.set_message(std::string(Message(detailed)));
  detailed.ForEachPayload([&](absl::string_view url, const absl::Cord& value) {
    auto* any = proto.add_details();
    any->set_type_url(std::string(url.data(), url.size()));
    any->set_value(std::string(value));
  });
  return grpc::Status(static_cast<grpc::StatusCode>(detailed.code()),
                      proto.message(), proto.SerializeAsString());
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
  google::rpc::Status proto;
  if (proto.ParseFromString(status.error_details())) {
    for (const auto& any : proto.details()) {
      result.SetPayload(any.type_url(), absl::Cord(any.value()));
    }
  }
  return result;
}

bool IsTransient(const absl::Status& status) {
  // RESOURCE_EXHAUSTED without RetryInfo is gRPC's own: a message that is too
  // large stays too large.
  return status.code() == absl::StatusCode::kUnavailable ||
         status.code() == absl::StatusCode::kAborted ||
         (status.code() == absl::StatusCode::kResourceExhausted &&
          RetryAfter(status).has_value());
}

}  // namespace garderobe
