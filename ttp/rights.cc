#include "ttp/rights.h"

#include <bit>
#include <memory>
#include <vector>

#include "core/rights/authorisation.h"
#include "core/rights/right_subject.h"
#include "core/sealing/objection.h"

namespace garderobe::ttp {
namespace {

using VaultAsync = Upstream::VaultClient::Async<v1::VaultRightsService>;
using AggregatorAsync =
    Upstream::AggregatorClient::Async<v1::AggregatorRightsService>;

}  // namespace

absl::Status CheckRight(const v1::ExerciseRightRequest& request,
                        const v1::Register::Institution& institution,
                        const CivilDate& today) {
  GARDEROBE_ASSIGN_OR_RETURN(const RightSubject subject, SubjectOf(request));
  GARDEROBE_ASSIGN_OR_RETURN(
      const SignedRight asked,
      ReadAuthorisation(request.right(), subject.type(), request.request_id(),
                        request.authorisation()));
  if (request.salt().size() != SubjectSalt::kBytes) {
    return InvalidArgument("salt: {} bytes", SubjectSalt::kBytes);
  }
  if (CommitSubject(SubjectSalt::From(request.salt()), subject) !=
      asked.request.subject) {
    return InvalidArgument("commitment: of another subject than the request's");
  }
  const bool objects = request.right() == v1::RIGHT_OBJECT;
  const bool withdraws = request.right() == v1::RIGHT_WITHDRAW;
  if (request.objection_mark().size() !=
      (objects ? ObjectionMark::kBytes : 0)) {
    return InvalidArgument("objection_mark: {} bytes, with an objection only",
                           ObjectionMark::kBytes);
  }
  // Empty where custodians stand in for it, which is for the vault to say.
  if (!request.sealed_objection_secret().empty() &&
      (!withdraws ||
       request.sealed_objection_secret().size() != kSealedObjectionBytes)) {
    return InvalidArgument(
        "sealed_objection_secret: {} bytes, when an objection is withdrawn",
        kSealedObjectionBytes);
  }
  if (ObjectionDigest(request.objection_mark(),
                      request.sealed_objection_secret()) !=
      asked.request.objection) {
    return InvalidArgument("objection: of something else than the request's");
  }
  if (request.right() == v1::RIGHT_ACCESS && !request.has_handle()) {
    return InvalidArgument(
        "access: of a customer of the institution only, for the answer to an "
        "identity would tell who is known elsewhere");
  }
  return CheckAuthorisation(institution, asked, DayNumber(today));
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
    const v1::ExerciseRightRequest& request, Attempt attempt) const {
  GARDEROBE_ASSIGN_OR_RETURN(const auto published, upstream_.published());
  Prepared prepared;
  prepared.at_vault.set_right(request.right());
  prepared.at_vault.set_request_id(request.request_id());
  prepared.at_vault.set_epoch(upstream_.epoch());
  prepared.at_vault.set_objection_mark(request.objection_mark());
  prepared.at_vault.set_sealed_objection_secret(
      request.sealed_objection_secret());
  *prepared.at_vault.mutable_authorisation() = request.authorisation();
  prepared.at_vault.set_again(attempt == Attempt::kAgain);
  prepared.at_aggregator.set_right(request.right());
  prepared.at_aggregator.set_request_id(request.request_id());
  prepared.at_aggregator.set_institution(request.institution());
  *prepared.at_aggregator.mutable_authorisation() = request.authorisation();
  prepared.at_aggregator.set_again(attempt == Attempt::kAgain);
  GARDEROBE_RETURN_IF_ERROR(
      request.has_handle() ? PrepareHandle(request, *published, &prepared)
                           : PrepareIdentity(request, *published, &prepared));
  return prepared;
}

absl::StatusOr<v1::ExerciseAtVaultResponse> Rights::AtVault(
    v1::ExerciseAtVaultRequest request) {
  return upstream_.vault()
      .Wait<v1::VaultRightsService, v1::ExerciseAtVaultRequest,
            v1::ExerciseAtVaultResponse>(&VaultAsync::Exercise,
                                         std::move(request));
}

absl::Status Rights::Count(const v1::ExerciseRightRequest& request) {
  if (!request.has_identity()) return absl::OkStatus();
  return budgets_.Count(
      request.institution(),
      static_cast<uint64_t>(std::popcount(request.identity().kinds())));
}

absl::Status Rights::Begin(const v1::ExerciseRightRequest& request,
                           Attempt attempt) {
  GARDEROBE_ASSIGN_OR_RETURN(Prepared prepared, Prepare(request, attempt));
  return AtVault(std::move(prepared.at_vault)).status();
}

absl::StatusOr<v1::FetchReceiptsResponse> Rights::Conclude(
    const v1::ExerciseRightRequest& request, Attempt attempt,
    const std::string& confirmation) {
  GARDEROBE_ASSIGN_OR_RETURN(Prepared prepared, Prepare(request, attempt));
  // It has done it: what was kept is asked for.
  prepared.at_vault.clear_again();
  prepared.at_vault.set_confirmation(confirmation);
  GARDEROBE_ASSIGN_OR_RETURN(v1::ExerciseAtVaultResponse of_vault,
                             AtVault(std::move(prepared.at_vault)));
  if (!of_vault.has_receipt()) {
    return Unavailable("the vault waits for another round to be confirmed");
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      v1::ExerciseAtAggregatorResponse answer,
      (upstream_.aggregator()
           .Wait<v1::AggregatorRightsService, v1::ExerciseAtAggregatorRequest,
                 v1::ExerciseAtAggregatorResponse>(
               &AggregatorAsync::Exercise, std::move(prepared.at_aggregator))));
  v1::FetchReceiptsResponse response = std::move(prepared.shown);
  *response.add_receipts() = std::move(*of_vault.mutable_receipt());
  response.set_vault_sealed(std::move(*of_vault.mutable_sealed()));
  *response.add_receipts() = std::move(*answer.mutable_receipt());
  if (request.has_handle() && request.right() == v1::RIGHT_ERASE) {
    response.set_relations_removed(answer.relations_removed());
    response.set_visits_removed(answer.visits_removed());
  }
  response.set_aggregator_sealed(std::move(*answer.mutable_sealed()));
  return response;
}

}  // namespace garderobe::ttp
