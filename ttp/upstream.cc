#include "ttp/upstream.h"

#include <algorithm>
#include <exception>
#include <optional>

#include "core/base/civil_time.h"
#include "core/base/clock.h"
#include "core/base/columns.h"
#include "core/keys/pooled_receipt.h"
#include "spdlog/spdlog.h"

namespace garderobe::ttp {
namespace {

constexpr std::chrono::seconds kFetchTimeout{2};

absl::StatusOr<Parameters> Verified(const VerifyKey& pin,
                                    const std::string& party,
                                    const v1::SignedParameters& signed_body) {
  return VerifyParameters(pin, party, signed_body.body(),
                          signed_body.signature(), Today());
}

// Whether the vault has signed that it was given these rows. What an answer
// lacks is no reason to refuse the clients whose rows it holds: the vault has
// stored them.
bool HasReceipt(const VerifyKey& key, std::vector<std::string> leaves,
                const v1::LinkRelationsResponse& response) {
  if (response.answer_id().size() != AnswerId::kBytes) return false;
  return IsPooledBatchBy(
      key, {AnswerId::From(response.answer_id()), std::move(leaves)},
      response.receipt(), response.receipt_signature());
}

absl::Status NotInForce(const std::string& party, uint32_t serial,
                        uint32_t in_force) {
  return FailedPrecondition(
      "made with the parameters of {} of serial {}, and {} is in force; fetch "
      "them again",
      party, serial, in_force);
}

// A certificate, pin or epoch of the TTP's own that is wrong there: a client
// must not take it for its fault.
absl::Status Refused(const grpc::Status& status) {
  return Internal("a party behind the TTP refuses it: {}",
                  status.error_message());
}

}  // namespace

absl::Status FromParty(const grpc::Status& status) {
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
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::PERMISSION_DENIED: {
      // With a reason it is about what a client has sent: who signed it.
      absl::Status said = FromGrpc(status);
      if (!ReasonOf(said).empty()) return said;
      return Refused(status);
    }
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::OUT_OF_RANGE:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return FromGrpc(status);
    default:
      return Refused(status);
  }
}

Upstream::Upstream(const Options& options, SerialBook& serials)
    : options_(options),
      serials_(serials),
      vault_(options.vault_channel),
      aggregator_(options.aggregator_channel),
      why_not_(Unavailable("vault and aggregator have not been reached yet")) {}

void Upstream::Stop() {
  vault_.Stop();
  aggregator_.Stop();
}

void Upstream::LinkRelations(const Pool::Crowd& crowd, Linked answered) {
  const auto parties = published();
  if (!parties.ok()) return answered(parties.status());
  v1::LinkRelationsRequest request;
  *request.mutable_aggregator() = (*parties)->aggregator_signed;
  request.set_epoch(epoch());
  auto leaves = std::make_shared<std::vector<std::string>>();
  for (const Rerandomised<VaultRow>& rerandomised : crowd.rows()) {
    const VaultRow& row = rerandomised.value();
    leaves->push_back(PooledLeaf(row));
    request.mutable_handles()->append(row.handle.view());
    row.reference.AppendTo(*request.mutable_references());
    request.add_kinds(row.kinds);
    request.mutable_points_a()->append(row.point_a.view());
    for (const Element& point : row.points_b) {
      request.mutable_points_b()->append(point.view());
    }
    row.home.AppendTo(*request.mutable_homes());
  }
  vault_.Call<v1::VaultService, v1::LinkRelationsRequest,
              v1::LinkRelationsResponse>(
      &VaultClient::Async<v1::VaultService>::LinkRelations, std::move(request),
      [answered = std::move(answered), leaves, rows = crowd.size(),
       key = (*parties)->vault.receipt_key](
          absl::StatusOr<v1::LinkRelationsResponse> response) {
        if (!response.ok()) {
          // A refusal would be the TTP's fault, not a client's.
          const bool is_refusal =
              response.status().code() == absl::StatusCode::kInvalidArgument;
          return answered(is_refusal ? Internal("the vault refused the batch")
                                     : response.status());
        }
        const Column<Ciphertext> column(response->pseudonyms());
        if (!column.HasRows(2 * rows)) {
          return answered(
              Internal("the vault answered another number of rows"));
        }
        if (!HasReceipt(key, std::move(*leaves), *response)) {
          spdlog::error("event=vault-receipt-refused rows={}", rows);
        }
        LinkedCrowd linked;
        for (size_t i = 0; i < rows; ++i) {
          linked.answers.push_back(
              {column[2 * i], column[2 * i + 1], response->last_round()});
        }
        linked.answer_id = response->answer_id();
        linked.answer_day = response->answer_day();
        linked.receipt = {response->receipt(), response->receipt_signature()};
        answered(std::move(linked));
      });
}

void Upstream::StoreRelations(
    v1::StoreRelationsRequest request, const InClientOrder<AggregatorRow>& rows,
    AggregatorClient::Done<v1::StoreRelationsResponse> done) {
  request.set_epoch(epoch());
  for (const AggregatorRow& row : rows.rows()) {
    request.mutable_handles()->append(row.address.handle.view());
    request.mutable_references()->append(row.address.reference.view());
    request.mutable_sigmas()->append(row.address.sigma);
    row.person.value().AppendTo(*request.mutable_pseudonyms());
    row.household.value().AppendTo(*request.mutable_pseudonyms());
  }
  aggregator_.Call<v1::AggregatorService, v1::StoreRelationsRequest,
                   v1::StoreRelationsResponse>(
      &AggregatorClient::Async<v1::AggregatorService>::StoreRelations,
      std::move(request), std::move(done));
}

absl::StatusOr<v1::StoreRoundResponse> Upstream::StoreRound(
    const Converter::ConvertedRound& round, const std::string& statement) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto parties, published());
  v1::StoreRoundRequest request;
  request.set_epoch(epoch());
  for (const AggregatorEntry& entry : round.entries.rows()) {
    entry.reference.value().AppendTo(*request.mutable_references());
    entry.person.value().AppendTo(*request.mutable_persons());
    entry.tag.value().AppendTo(*request.mutable_tags());
  }
  round.weighted_persons.value().AppendTo(*request.mutable_weighted_persons());
  request.set_statement(statement);
  *request.mutable_vault() = parties->vault_signed;
  return aggregator_.Wait<v1::AggregatorService, v1::StoreRoundRequest,
                          v1::StoreRoundResponse>(
      &AggregatorClient::Async<v1::AggregatorService>::StoreRound,
      std::move(request));
}

absl::StatusOr<v1::RemoveRelationsResponse> Upstream::RemoveRelations(
    const Shuffled<VaultHandle>& relations, int32_t today) {
  v1::RemoveRelationsRequest request;
  request.set_today(today);
  for (const VaultHandle& handle : relations.rows()) {
    request.mutable_handles()->append(handle.view());
  }
  return vault_.Wait<v1::VaultRetentionService, v1::RemoveRelationsRequest,
                     v1::RemoveRelationsResponse>(
      &VaultClient::Async<v1::VaultRetentionService>::RemoveRelations,
      std::move(request), kLongCallTimeout);
}

absl::StatusOr<std::shared_ptr<Published>> Upstream::FetchBoth() {
  auto result = std::make_shared<Published>();
  auto vault = vault_.Wait<v1::VaultService, v1::GetVaultParametersRequest,
                           v1::GetVaultParametersResponse>(
      &VaultClient::Async<v1::VaultService>::GetParameters, {}, kFetchTimeout);
  GARDEROBE_RETURN_IF_ERROR(Annotate(vault.status(), "vault"));
  result->vault_signed = vault->parameters();
  auto aggregator =
      aggregator_
          .Wait<v1::AggregatorService, v1::GetAggregatorParametersRequest,
                v1::GetAggregatorParametersResponse>(
              &AggregatorClient::Async<v1::AggregatorService>::GetParameters,
              {}, kFetchTimeout);
  GARDEROBE_RETURN_IF_ERROR(Annotate(aggregator.status(), "aggregator"));
  result->aggregator_signed = aggregator->parameters();
  GARDEROBE_ASSIGN_OR_RETURN(
      const Parameters of_vault,
      Verified(options_.vault_pin, "vault", result->vault_signed));
  GARDEROBE_ASSIGN_OR_RETURN(const Parameters of_aggregator,
                             Verified(options_.aggregator_pin, "aggregator",
                                      result->aggregator_signed));
  GARDEROBE_ASSIGN_OR_RETURN(result->vault, VaultParameters::From(of_vault));
  GARDEROBE_ASSIGN_OR_RETURN(result->aggregator,
                             AggregatorParameters::From(of_aggregator));
  GARDEROBE_RETURN_IF_ERROR(CheckEpoch("vault", result->vault.issue));
  GARDEROBE_RETURN_IF_ERROR(CheckEpoch("aggregator", result->aggregator.issue));
  GARDEROBE_RETURN_IF_ERROR(serials_.Take(of_vault));
  GARDEROBE_RETURN_IF_ERROR(serials_.Take(of_aggregator));
  // Sums that rows are encrypted to: clients refuse the identity, too.
  GARDEROBE_RETURN_IF_ERROR(
      JointKeys::From(options_.own, result->vault, result->aggregator)
          .status());
  result->keys = KeysOf(result->vault, result->aggregator);
  return result;
}

absl::Status Upstream::CheckEpoch(std::string_view party,
                                  const ParameterIssue& issue) const {
  if (issue.epoch == epoch()) return absl::OkStatus();
  return FailedPrecondition(
      "{} serves epoch {}, and the TTP epoch {}: a rotation is not done "
      "everywhere, or one of them was set back (docs/operating.md, Rotation)",
      party, issue.epoch, epoch());
}

absl::Status Upstream::Fetch() {
  auto fetched = FetchBoth();
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
  const int32_t today = DayNumber(Today());
  const MutexLock lock(&mutex_);
  if (!published_) return Unavailable("{}", Message(why_not_));
  if (today > std::min(published_->vault.issue.valid_until,
                       published_->aggregator.issue.valid_until)) {
    return Unavailable("parameters have ended, and no newer ones came: {}",
                       Message(why_not_));
  }
  return published_;
}

absl::Status Upstream::CheckSerials(const v1::Serials& serials) const {
  const uint64_t now = UnixSeconds();
  if (!options_.issue.Accepts(serials.ttp(), now)) {
    return NotInForce("ttp", serials.ttp(), options_.issue.issue.serial);
  }
  {
    const MutexLock lock(&mutex_);
    if (!published_) return Unavailable("{}", Message(why_not_));
    const uint32_t in_force = published_->vault.issue.serial;
    if (serials.vault() != in_force &&
        !serials_.WasInForce("vault", serials.vault(), now)) {
      return NotInForce("vault", serials.vault(), in_force);
    }
  }
  return CheckSerial(serials.aggregator());
}

absl::Status Upstream::CheckSerial(uint32_t aggregator) const {
  const uint64_t now = UnixSeconds();
  const MutexLock lock(&mutex_);
  if (!published_) return Unavailable("{}", Message(why_not_));
  const uint32_t in_force = published_->aggregator.issue.serial;
  if (aggregator == in_force ||
      serials_.WasInForce("aggregator", aggregator, now)) {
    return absl::OkStatus();
  }
  return NotInForce("aggregator", aggregator, in_force);
}

}  // namespace garderobe::ttp
