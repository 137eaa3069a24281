#include "ttp/rights.h"

#include <bit>

#include "core/rights/right_subject.h"

namespace garderobe::ttp {
namespace {

using VaultAsync = Upstream::VaultClient::Async<v1::VaultRightsService>;
using AggregatorAsync =
    Upstream::AggregatorClient::Async<v1::AggregatorRightsService>;

}  // namespace

absl::Status CheckRight(const v1::ExerciseRightRequest& request) {
  if (RightName(static_cast<VisitorRight>(request.right())).empty()) {
    return InvalidArgument("right: erase, access, object or withdraw");
  }
  if (request.request_id().size() != RequestId::kBytes) {
    return InvalidArgument("request_id: {} bytes", RequestId::kBytes);
  }
  GARDEROBE_RETURN_IF_ERROR(SubjectOf(request).status());
  if (request.salt().size() != SubjectSalt::kBytes) {
    return InvalidArgument("salt: {} bytes", SubjectSalt::kBytes);
  }
  if (request.right() == v1::RIGHT_OBJECT &&
      request.objection_mark().size() != ObjectionMark::kBytes) {
    return InvalidArgument("objection_mark: {} bytes", ObjectionMark::kBytes);
  }
  if (request.right() == v1::RIGHT_WITHDRAW &&
      request.objection_secret().size() != ObjectionSecret::kBytes) {
    return InvalidArgument("objection_secret: {} bytes",
                           ObjectionSecret::kBytes);
  }
  if (request.right() == v1::RIGHT_ACCESS) {
    if (!request.has_handle()) {
      return InvalidArgument(
          "access: of a customer of the institution only, for the answer to an "
          "identity would tell who is known elsewhere");
    }
    if (request.recipient().size() != 32) {
      return InvalidArgument("recipient: an X25519 key, 32 bytes");
    }
  }
  return absl::OkStatus();
}

absl::Status Rights::PrepareHandle(const v1::ExerciseRightRequest& request,
                                   const Published& published,
                                   Prepared* prepared) const {
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto proven,
      converter_.ConvertHandle(request.request_id(), request.institution(),
                               Handle::From(request.handle()),
                               published.keys.aggregator));
  std::string reference;
  proven.reference.value().AppendTo(reference);
  // TRUST: that the vault's handle is of this customer is not proved.
  prepared->at_vault.set_handle(AsString(proven.address.at_vault.bytes()));
  // Encrypted anew: the same bytes at both parties would join them.
  Rerandomiser::EncryptReference(proven.address.reference,
                                 published.keys.aggregator)
      .value()
      .AppendTo(*prepared->at_vault.mutable_reference());
  prepared->at_aggregator.set_handle(
      AsString(proven.address.at_aggregator.bytes()));
  prepared->at_aggregator.set_reference(reference);
  prepared->shown.set_reference(std::move(reference));
  prepared->shown.set_proof(proven.proof);
  return absl::OkStatus();
}

absl::Status Rights::PrepareIdentity(const v1::ExerciseRightRequest& request,
                                     const Published& published,
                                     Prepared* prepared) const {
  GARDEROBE_RETURN_IF_ERROR(upstream_.CheckSerials(request.serials()));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto proven,
      converter_.ConvertIdentity(request.request_id(), request.identity(),
                                 published.keys));
  const VaultRow& row = proven.row.value();
  auto* identity = prepared->at_vault.mutable_identity();
  identity->set_kinds(row.kinds);
  identity->set_point_a(AsString(row.point_a.bytes()));
  for (const Element& point : row.points_b) {
    identity->mutable_points_b()->append(point.view());
  }
  prepared->shown.set_converted_point_a(identity->point_a());
  prepared->shown.set_converted_points_b(identity->points_b());
  prepared->shown.set_proof(proven.proof);
  return absl::OkStatus();
}

absl::StatusOr<Rights::Prepared> Rights::Prepare(
    const v1::ExerciseRightRequest& request) const {
  GARDEROBE_ASSIGN_OR_RETURN(const auto published, upstream_.published());
  GARDEROBE_ASSIGN_OR_RETURN(const RightSubject subject, SubjectOf(request));
  const std::string commitment = AsString(
      CommitSubject(SubjectSalt::From(request.salt()), subject).bytes());
  Prepared prepared;
  prepared.at_vault.set_right(request.right());
  prepared.at_vault.set_request_id(request.request_id());
  prepared.at_vault.set_epoch(TtpKeys::kEpoch);
  prepared.at_vault.set_recipient(request.recipient());
  prepared.at_vault.set_objection_mark(request.objection_mark());
  prepared.at_vault.set_objection_secret(request.objection_secret());
  prepared.at_vault.set_commitment(commitment);
  prepared.at_aggregator.set_right(request.right());
  prepared.at_aggregator.set_request_id(request.request_id());
  prepared.at_aggregator.set_institution(request.institution());
  prepared.at_aggregator.set_commitment(commitment);
  GARDEROBE_RETURN_IF_ERROR(
      request.has_handle() ? PrepareHandle(request, *published, &prepared)
                           : PrepareIdentity(request, *published, &prepared));
  return prepared;
}

absl::StatusOr<Rights::Begun> Rights::Begin(
    const v1::ExerciseRightRequest& request) {
  if (request.has_identity()) {
    // A right of visitors is never refused for want of a budget; it counts.
    GARDEROBE_RETURN_IF_ERROR(budgets_.Count(
        request.institution(),
        static_cast<uint64_t>(std::popcount(request.identity().kinds()))));
  }
  GARDEROBE_ASSIGN_OR_RETURN(Prepared prepared, Prepare(request));
  GARDEROBE_ASSIGN_OR_RETURN(
      v1::ExerciseAtVaultResponse answer,
      (upstream_.vault()
           .Wait<v1::VaultRightsService, v1::ExerciseAtVaultRequest,
                 v1::ExerciseAtVaultResponse>(&VaultAsync::Exercise,
                                              std::move(prepared.at_vault))));
  Begun begun;
  begun.response = std::move(prepared.shown);
  *begun.response.add_receipts() = std::move(*answer.mutable_receipt());
  begun.response.set_vault_sealed(std::move(*answer.mutable_sealed()));
  return begun;
}

absl::StatusOr<v1::FetchReceiptsResponse> Rights::Conclude(
    const v1::ExerciseRightRequest& request, Begun begun) {
  GARDEROBE_ASSIGN_OR_RETURN(Prepared prepared, Prepare(request));
  GARDEROBE_ASSIGN_OR_RETURN(
      v1::ExerciseAtAggregatorResponse answer,
      (upstream_.aggregator()
           .Wait<v1::AggregatorRightsService, v1::ExerciseAtAggregatorRequest,
                 v1::ExerciseAtAggregatorResponse>(
               &AggregatorAsync::Exercise, std::move(prepared.at_aggregator))));
  v1::FetchReceiptsResponse response = std::move(begun.response);
  *response.add_receipts() = std::move(*answer.mutable_receipt());
  if (request.has_handle() && request.right() == v1::RIGHT_ERASE) {
    response.set_relations_removed(answer.relations_removed());
    response.set_visits_removed(answer.visits_removed());
  }
  response.set_aggregator_sealed(std::move(*answer.mutable_sealed()));
  return response;
}

}  // namespace garderobe::ttp
