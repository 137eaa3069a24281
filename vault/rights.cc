// Rights of visitors at the vault: from the wire to the links and back.
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/civil_time.h"
#include "core/base/clock.h"
#include "core/keys/access_answer.h"
#include "core/keys/subject.h"
#include "core/register/nameless.h"
#include "core/rpc/status_conversion.h"
#include "core/sealing/objection.h"
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

// What an objection is lodged with.
absl::StatusOr<ObjectionMark> MarkIn(
    const v1::ExerciseAtVaultRequest& request) {
  if (request.objection_mark().size() != ObjectionMark::kBytes) {
    return InvalidArgument("objection_mark: {} bytes", ObjectionMark::kBytes);
  }
  return ObjectionMark::From(request.objection_mark());
}

bool IsWithoutSecret(const v1::ExerciseAtVaultRequest& request) {
  return request.right() == v1::RIGHT_WITHDRAW &&
         request.sealed_objection_secret().empty();
}

// What is asked under a request's id, whoever brings it and how often.
Digest256 DigestOf(v1::ExerciseAtVaultRequest request) {
  request.clear_again();
  request.clear_confirmation();
  // Encrypted anew each time, and not of the vault's reading.
  request.clear_reference();
  // What was asked by a handle stays the same after a rotation, and has the
  // digest that it always had. What was asked by identity does not: its points
  // are others then.
  request.set_epoch(kFirstEpoch);
  request.DiscardUnknownFields();
  return Hash(request.SerializeAsString());
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
    if (!IsReference(Ciphertext::From(request.reference()))) {
      return InvalidArgument("reference: none of a relation");
    }
    subject.reference = request.reference();
    return subject;
  }
  GARDEROBE_ASSIGN_OR_RETURN(const VaultRow row,
                             ReadIdentity(request.identity()));
  GARDEROBE_ASSIGN_OR_RETURN(auto rows, OpenRows(keys_, {row}, workers_));
  subject.tokens = std::move(rows[0].tokens);
  return subject;
}

absl::Status Vault::Admit(const v1::ExerciseAtVaultRequest& request,
                          const SignedRight& asked) {
  const auto institutions = authors_.Get();
  const auto entry =
      institutions->find(NamelessId(asked.request.access_key.view()));
  if (entry == institutions->end()) {
    return WithReason(
        PermissionDenied("the vault's register has no institution with this "
                         "access key; the coordinating body imports it"),
        kRightAccessKey);
  }
  GARDEROBE_RETURN_IF_ERROR(
      CheckAuthorisation(entry->second, asked, DayNumber(Today())));
  // Before anything is counted or held: the same request comes again later. And
  // before anything is looked up: a refusal tells nothing of the visitor.
  if (IsWithoutSecret(request)) {
    GARDEROBE_RETURN_IF_ERROR(allowed_withdrawals_.Check(
        asked.request.request_id, asked.request.subject));
  }
  if (!request.has_identity()) return absl::OkStatus();
  return caps_.TakeRight(entry->first, IdentityRightsPerMonth(entry->second));
}

absl::Status Vault::WithdrawByCustodians(const SignedRight& asked,
                                         const Linker::Subject& subject) {
  const RequestId& id = asked.request.request_id;
  GARDEROBE_RETURN_IF_ERROR(
      allowed_withdrawals_.Check(id, asked.request.subject));
  GARDEROBE_RETURN_IF_ERROR(allowed_withdrawals_.UseUp(id));
  spdlog::info("event=withdrawal-by-custodians request={}", ToHex(id.bytes()));
  return linker_->Withdraw(subject, std::nullopt);
}

absl::StatusOr<std::string> Vault::Act(
    const v1::ExerciseAtVaultRequest& request, const SignedRight& asked,
    const Linker::Subject& subject) {
  switch (asked.request.right) {
    case VisitorRight::kErase: {
      GARDEROBE_RETURN_IF_ERROR(linker_->Erase(subject));
      return std::string();
    }
    case VisitorRight::kObject: {
      GARDEROBE_ASSIGN_OR_RETURN(const ObjectionMark mark, MarkIn(request));
      absl::Status lodged = linker_->Object(subject, mark);
      if (absl::IsFailedPrecondition(lodged)) {
        return WithReason(std::move(lodged), kTooManyObjections);
      }
      GARDEROBE_RETURN_IF_ERROR(lodged);
      return std::string();
    }
    case VisitorRight::kWithdraw: {
      if (IsWithoutSecret(request)) {
        GARDEROBE_RETURN_IF_ERROR(WithdrawByCustodians(asked, subject));
        return std::string();
      }
      GARDEROBE_ASSIGN_OR_RETURN(
          const ObjectionSecret secret,
          OpenObjectionSecret(keys_.sealing, request.request_id(),
                              request.sealed_objection_secret()));
      GARDEROBE_RETURN_IF_ERROR(linker_->Withdraw(subject, MarkOf(secret)));
      return std::string();
    }
    case VisitorRight::kAccess:
      break;
  }
  if (!subject.handle) return InvalidArgument("access: by handle only");
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord relation,
                             linker_->Access(*subject.handle));
  return SealAccessAnswer(
      receipt_seed_,
      {"vault", asked.request.request_id, asked.request.subject,
       asked.request.access_key},
      Describe(relation, MakeReviewTicket(ReviewKeyOf(keys_.signing),
                                          *subject.handle, UnixSeconds())));
}

absl::Status Vault::Show(std::string_view kept,
                         v1::ExerciseAtVaultResponse* response) const {
  ByteReader reader(kept);
  uint64_t last_round;
  if (!reader.GetInteger(&last_round)) return Damaged();
  // Not before the aggregator has stored what follows: a receipt would be for a
  // round that the TTP may have dropped.
  if (linker_->confirmed_through() <= last_round) return absl::OkStatus();
  std::string_view answer;
  if (!reader.GetBytes(kept.size() - sizeof last_round, &answer) ||
      !response->ParseFromString(std::string(answer))) {
    return Damaged();
  }
  return absl::OkStatus();
}

absl::Status Vault::Exercise(const v1::ExerciseAtVaultRequest& request,
                             v1::ExerciseAtVaultResponse* response) {
  GARDEROBE_RETURN_IF_ERROR(CheckEpoch(request.epoch()));
  GARDEROBE_ASSIGN_OR_RETURN(
      const SignedRight asked,
      ReadAuthorisation(request.right(),
                        request.handle().empty() ? SubjectType::kIdentity
                                                 : SubjectType::kHandle,
                        request.request_id(), request.authorisation()));
  if (ObjectionDigest(request.objection_mark(),
                      request.sealed_objection_secret()) !=
      asked.request.objection) {
    return InvalidArgument("objection: of something else than the request's");
  }
  if (request.handle().empty() != request.has_identity()) {
    return InvalidArgument("handle, identity: one of the two");
  }
  GARDEROBE_ASSIGN_OR_RETURN(const RoundConfirmation confirmed,
                             ReadConfirmation(request.confirmation()));
  GARDEROBE_ASSIGN_OR_RETURN(const Linker::Subject subject, SubjectOf(request));
  const Digest256 digest = DigestOf(request);
  const int32_t today = DayNumber(Today());
  // One at a time: two of one id must not both find it free.
  const MutexLock lock(&rights_mutex_);
  GARDEROBE_ASSIGN_OR_RETURN(const auto kept,
                             kept_answers_.Find(request.request_id()));
  if (kept && kept->request != digest) return OtherRequest();
  if (!confirmed.is_zero()) {
    GARDEROBE_RETURN_IF_ERROR(linker_->Confirm(confirmed));
  }
  const bool is_answered = kept && !kept->answer.empty();
  if (is_answered) {
    GARDEROBE_RETURN_IF_ERROR(Show(kept->answer, response));
    const bool is_again = request.again() &&
                          asked.request.right == VisitorRight::kErase &&
                          today <= kept->day + 1;
    if (!is_again) return absl::OkStatus();
  }
  // Logged and counted before it is done, and whatever comes of it.
  spdlog::info("event=right right={} request={} by={}",
               RightName(asked.request.right),
               ToHex(AsBytes(request.request_id())),
               subject.handle ? "handle" : "identity");
  if (is_answered) {
    GARDEROBE_RETURN_IF_ERROR(Act(request, asked, subject).status());
    return linker_->store().Sync();
  }
  if (!kept) {
    GARDEROBE_RETURN_IF_ERROR(Admit(request, asked));
    GARDEROBE_RETURN_IF_ERROR(
        kept_answers_.Claim(request.request_id(), digest, today));
  }
  v1::ExerciseAtVaultResponse answer;
  GARDEROBE_ASSIGN_OR_RETURN(*answer.mutable_sealed(),
                             Act(request, asked, subject));
  Receipt receipt;
  receipt.party = "vault";
  receipt.right = asked.request.right;
  receipt.request_id = asked.request.request_id;
  receipt.subject = asked.request.subject;
  receipt.unix_seconds = UnixSeconds();
  if (request.has_identity()) {
    GARDEROBE_ASSIGN_OR_RETURN(const VaultRow row,
                               ReadIdentity(request.identity()));
    receipt.acted_on = DigestOfConverted(row.point_a, row.points_b);
  }
  if (!answer.sealed().empty()) receipt.answer = Hash(answer.sealed());
  const SignedBody signed_receipt = SignReceipt(receipt_seed_, receipt);
  answer.mutable_receipt()->set_body(signed_receipt.body);
  answer.mutable_receipt()->set_signature(signed_receipt.signature);
  // After the act: what follows from it is due in a later round than this.
  std::string kept_answer = NumberKey(linker_->last_round());
  kept_answer += answer.SerializeAsString();
  GARDEROBE_RETURN_IF_ERROR(kept_answers_.Keep(
      request.request_id(), digest, kept_answer, kept ? kept->day : today));
  return linker_->store().Sync();
}

}  // namespace garderobe::vault
