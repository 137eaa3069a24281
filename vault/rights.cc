// Rights of visitors at the vault: from the wire to the links and back.
#include "core/base/clock.h"
#include "core/keys/subject.h"
#include "core/sealing/sealed_answer.h"
#include "nlohmann/json.hpp"
#include "spdlog/spdlog.h"
#include "vault/request_reader.h"
#include "vault/review_ticket.h"
#include "vault/vault.h"

namespace garderobe::vault {
namespace {

// What is kept of one relation, for the visitor. Tokens mean nothing to
// anybody outside: their kinds are told.
std::string Describe(const RelationRecord& relation,
                     const std::string& ticket) {
  nlohmann::json kinds = nlohmann::json::array();
  for (const HeldToken& token : relation.tokens) {
    kinds.push_back(KindName(KindOf(token.fingerprint)));
  }
  // Of an objection nothing: where it was made is the visitor's own affair.
  const bool known = relation.stored && !relation.objects;
  nlohmann::json held = {{"party", "vault"}, {"known", known}};
  if (known) {
    held["tokens_of_kinds"] = kinds;
    held["review_ticket"] = ToHex(AsBytes(ticket));
  }
  return held.dump();
}

// What an objection is lodged with, or taken back with; zeros with other
// rights.
absl::StatusOr<ObjectionMark> MarkIn(
    const v1::ExerciseAtVaultRequest& request) {
  if (request.right() == v1::RIGHT_OBJECT) {
    if (request.objection_mark().size() != ObjectionMark::kBytes) {
      return InvalidArgument("objection_mark: {} bytes", ObjectionMark::kBytes);
    }
    return ObjectionMark::From(request.objection_mark());
  }
  if (request.right() == v1::RIGHT_WITHDRAW) {
    if (request.objection_secret().size() != ObjectionSecret::kBytes) {
      return InvalidArgument("objection_secret: {} bytes",
                             ObjectionSecret::kBytes);
    }
    return MarkOf(ObjectionSecret::From(request.objection_secret()));
  }
  return ObjectionMark();
}

}  // namespace

absl::StatusOr<Linker::Subject> Vault::SubjectOf(
    const v1::ExerciseAtVaultRequest& request) const {
  Linker::Subject subject;
  if (!request.handle().empty()) {
    if (request.handle().size() != VaultHandle::kBytes ||
        request.reference().size() != kReferenceBytes) {
      return InvalidArgument("handle, reference: 16 and {} bytes",
                             kReferenceBytes);
    }
    subject.handle = VaultHandle::From(request.handle());
    subject.reference = request.reference();
    return subject;
  }
  GARDEROBE_ASSIGN_OR_RETURN(const VaultRow row,
                             ReadIdentity(request.identity()));
  GARDEROBE_ASSIGN_OR_RETURN(auto rows, OpenRows(keys_, {row}, workers_));
  subject.tokens = std::move(rows[0].tokens);
  return subject;
}

absl::Status Vault::Exercise(const v1::ExerciseAtVaultRequest& request,
                             v1::ExerciseAtVaultResponse* response) {
  if (request.epoch() != kEpoch) {
    return FailedPrecondition("the vault serves epoch {}", kEpoch);
  }
  if (request.request_id().size() != RequestId::kBytes) {
    return InvalidArgument("request_id: {} bytes", RequestId::kBytes);
  }
  if (request.commitment().size() != SubjectCommitment::kBytes) {
    return InvalidArgument("commitment: {} bytes", SubjectCommitment::kBytes);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const auto kept,
                             kept_answers_.Find(request.request_id()));
  if (kept) {
    return response->ParseFromString(*kept) ? absl::OkStatus() : Damaged();
  }
  GARDEROBE_ASSIGN_OR_RETURN(const Linker::Subject subject, SubjectOf(request));
  const uint64_t now = UnixSeconds();
  // Logged and counted before it is done, and whatever comes of it.
  spdlog::info("event=right right={} request={} by={}",
               RightName(static_cast<VisitorRight>(request.right())),
               ToHex(AsBytes(request.request_id())),
               subject.handle ? "handle" : "identity");
  if (!subject.handle) {
    GARDEROBE_RETURN_IF_ERROR(caps_.Take(Capped::kIdentities, 1));
  }
  GARDEROBE_ASSIGN_OR_RETURN(const ObjectionMark mark, MarkIn(request));
  switch (request.right()) {
    case v1::RIGHT_ERASE: {
      GARDEROBE_RETURN_IF_ERROR(linker_->Erase(subject));
      break;
    }
    case v1::RIGHT_OBJECT: {
      GARDEROBE_RETURN_IF_ERROR(linker_->Object(subject, mark));
      break;
    }
    case v1::RIGHT_WITHDRAW: {
      GARDEROBE_RETURN_IF_ERROR(linker_->Withdraw(subject, mark));
      break;
    }
    case v1::RIGHT_ACCESS: {
      if (!subject.handle) {
        return InvalidArgument("access: by handle only");
      }
      GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord relation,
                                 linker_->Access(*subject.handle));
      GARDEROBE_ASSIGN_OR_RETURN(
          *response->mutable_sealed(),
          SealAnswer(
              request.recipient(),
              Describe(relation, MakeReviewTicket(ReviewKeyOf(keys_.signing),
                                                  *subject.handle, now))));
      break;
    }
    default:
      return InvalidArgument("right: unknown");
  }
  Receipt receipt;
  receipt.party = "vault";
  receipt.right = static_cast<VisitorRight>(request.right());
  receipt.request_id = RequestId::From(request.request_id());
  receipt.subject = SubjectCommitment::From(request.commitment());
  receipt.unix_seconds = now;
  if (request.has_identity()) {
    GARDEROBE_ASSIGN_OR_RETURN(const VaultRow row,
                               ReadIdentity(request.identity()));
    receipt.acted_on = DigestOfConverted(row.point_a, row.points_b);
  }
  if (!response->sealed().empty()) receipt.answer = Hash(response->sealed());
  const SignedBody signed_receipt =
      SignReceipt(ReceiptSeedOf(keys_.signing), receipt);
  response->mutable_receipt()->set_body(signed_receipt.body);
  response->mutable_receipt()->set_signature(signed_receipt.signature);
  GARDEROBE_RETURN_IF_ERROR(kept_answers_.Keep(
      request.request_id(), response->SerializeAsString(), DayNumber(Today())));
  return linker_->store().Sync();
}

}  // namespace garderobe::vault
