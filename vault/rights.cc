// Rights of visitors at the vault: from the wire to the links and back.
#include <chrono>

#include "core/keys/receipt.h"
#include "core/sealing/sealed_answer.h"
#include "nlohmann/json.hpp"
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
    if (relation.as_of != 0) {
      held["latest_sale"] =
          fmt::format("{}Q{}", 2000 + (relation.as_of - 1) / 4,
                      (relation.as_of - 1) % 4 + 1);
    }
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

absl::StatusOr<std::set<VaultHandle>> HandlesOf(std::string_view bytes) {
  if (bytes.size() % VaultHandle::kBytes != 0) {
    return InvalidArgument("done: {} bytes a handle", VaultHandle::kBytes);
  }
  std::set<VaultHandle> handles;
  for (size_t at = 0; at < bytes.size(); at += VaultHandle::kBytes) {
    handles.insert(VaultHandle::From(bytes.substr(at, VaultHandle::kBytes)));
  }
  return handles;
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
  // One row, opened as rows are.
  v1::LinkRelationsRequest row;
  row.set_handles(std::string(VaultHandle::kBytes, 'x'));
  row.set_references(std::string(kReferenceBytes, '\0'));
  row.add_as_of(0);
  row.add_kinds(request.identity().kinds());
  row.set_points_a(request.identity().point_a());
  row.set_points_b(request.identity().points_b());
  GARDEROBE_ASSIGN_OR_RETURN(auto rows, OpenRows(row));
  if (!rows[0] || rows[0]->tokens.empty()) {
    return InvalidArgument("identity: holds no identifier");
  }
  subject.tokens = std::move(rows[0]->tokens);
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
  if (request.only_look() && request.right() != v1::RIGHT_ERASE &&
      request.right() != v1::RIGHT_WITHDRAW) {
    return InvalidArgument("only_look: with erase and withdraw");
  }
  GARDEROBE_ASSIGN_OR_RETURN(const Linker::Subject subject, SubjectOf(request));
  const auto now = static_cast<uint64_t>(
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
  std::vector<Linker::Concerned> concerned;
  std::optional<Linker::Done> done;
  if (!request.only_look()) {
    done.emplace();
    GARDEROBE_ASSIGN_OR_RETURN(done->handles, HandlesOf(request.done()));
    done->leave_others = request.leave_others();
  }
  GARDEROBE_ASSIGN_OR_RETURN(const ObjectionMark mark, MarkIn(request));
  switch (request.right()) {
    case v1::RIGHT_ERASE: {
      GARDEROBE_ASSIGN_OR_RETURN(concerned, linker_->Erase(subject, done));
      break;
    }
    case v1::RIGHT_OBJECT: {
      GARDEROBE_ASSIGN_OR_RETURN(concerned, linker_->Object(subject, mark));
      break;
    }
    case v1::RIGHT_WITHDRAW: {
      GARDEROBE_ASSIGN_OR_RETURN(concerned,
                                 linker_->Withdraw(subject, mark, done));
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
  for (const Linker::Concerned& one : concerned) {
    response->mutable_handles()->append(one.handle.view());
    response->mutable_references()->append(one.reference);
  }
  const bool removes = request.right() == v1::RIGHT_ERASE ||
                       request.right() == v1::RIGHT_WITHDRAW;
  if (request.only_look() ||
      (removes && !concerned.empty() && !request.leave_others())) {
    return absl::OkStatus();
  }
  const SignedBody receipt =
      SignReceipt(ReceiptSeedOf(keys_.signing),
                  {"vault", static_cast<VisitorRight>(request.right()),
                   RequestId::From(request.request_id()), now});
  response->mutable_receipt()->set_body(receipt.body);
  response->mutable_receipt()->set_signature(receipt.signature);
  return absl::OkStatus();
}

}  // namespace garderobe::vault
