#include "ttp/upstream.h"

#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"

namespace garderobe::ttp {
namespace {
constexpr std::chrono::seconds kParametersTimeout{2};
}  // namespace

Upstream::Upstream(const Options& options)
    : options_(options),
      vault_(ToVault<v1::VaultService>()),
      aggregator_(ToAggregator<v1::AggregatorService>()),
      vault_rights_(ToVault<v1::VaultRightsService>()),
      aggregator_rights_(ToAggregator<v1::AggregatorRightsService>()),
      vault_retention_(ToVault<v1::VaultRetentionService>()),
      aggregator_retention_(ToAggregator<v1::AggregatorRetentionService>()),
      why_not_(Unavailable("vault and aggregator have not been reached yet")) {}

void Upstream::Stop() {
  const MutexLock lock(&mutex_);
  ending_ = true;
  for (grpc::ClientContext* context : calls_) context->TryCancel();
  while (!calls_.empty()) idle_.Wait(&mutex_);
}

void Upstream::Begin(grpc::ClientContext* context) {
  const MutexLock lock(&mutex_);
  calls_.insert(context);
  if (ending_) context->TryCancel();
}

void Upstream::End(grpc::ClientContext* context) {
  const MutexLock lock(&mutex_);
  calls_.erase(context);
  idle_.NotifyAll();
}

absl::Status Upstream::OfParty(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::CANCELLED:
      // It does not answer in time, or was restarted: worth another try.
      return Unavailable("a party behind the TTP does not answer");
    case grpc::StatusCode::UNAVAILABLE: {
      // A party says for how long; the transport's own words hold addresses.
      const absl::Status said = FromGrpc(status);
      if (RetryAfter(said)) return said;
      return Unavailable("a party behind the TTP is not reached");
    }
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::OUT_OF_RANGE:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return FromGrpc(status);
    default:
      // A certificate, pin or epoch of the TTP's own that is wrong there: a
      // client must not take it for its fault.
      return Internal("a party behind the TTP refuses it: {}",
                      status.error_message());
  }
}

absl::Status Upstream::Fetch() {
  auto fetch = [&]() -> absl::StatusOr<std::shared_ptr<const Published>> {
    auto result = std::make_shared<Published>();
    {
      grpc::ClientContext context;
      SetDeadline(context, kParametersTimeout);
      v1::GetVaultParametersResponse response;
      const absl::Status status =
          FromGrpc(vault_.Get()->GetParameters(&context, {}, &response));
      vault_.Report(status);
      GARDEROBE_RETURN_IF_ERROR(Annotate(status, "vault"));
      result->vault_signed = response.parameters();
    }
    {
      grpc::ClientContext context;
      SetDeadline(context, kParametersTimeout);
      v1::GetAggregatorParametersResponse response;
      const absl::Status status =
          FromGrpc(aggregator_.Get()->GetParameters(&context, {}, &response));
      aggregator_.Report(status);
      GARDEROBE_RETURN_IF_ERROR(Annotate(status, "aggregator"));
      result->aggregator_signed = response.parameters();
    }
    GARDEROBE_ASSIGN_OR_RETURN(
        const Parameters vault,
        VerifyParameters(options_.vault_pin, "vault",
                         result->vault_signed.body(),
                         result->vault_signed.signature()));
    GARDEROBE_ASSIGN_OR_RETURN(result->vault, VaultParameters::From(vault));
    GARDEROBE_ASSIGN_OR_RETURN(
        const Parameters aggregator,
        VerifyParameters(options_.aggregator_pin, "aggregator",
                         result->aggregator_signed.body(),
                         result->aggregator_signed.signature()));
    GARDEROBE_ASSIGN_OR_RETURN(result->aggregator,
                               AggregatorParameters::From(aggregator));
    return result;
  };
  auto fetched = fetch();
  const MutexLock lock(&mutex_);
  why_not_ = fetched.status();
  if (fetched.ok()) published_ = *std::move(fetched);
  return why_not_;
}

absl::Status Upstream::reachable() const {
  const MutexLock lock(&mutex_);
  return why_not_;
}

absl::StatusOr<std::shared_ptr<const Published>> Upstream::published() const {
  const MutexLock lock(&mutex_);
  if (published_) return published_;
  return Unavailable("{}", Message(why_not_));
}

}  // namespace garderobe::ttp
