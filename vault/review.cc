// What takes two custodians at the vault: from the wire to the links and back.
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hash.h"
#include "core/register/nameless.h"
#include "spdlog/spdlog.h"
#include "vault/review_ticket.h"
#include "vault/vault.h"

namespace garderobe::vault {
namespace {

struct PairNumberTag;
using PairNumber = FixedBytes<8, PairNumberTag>;

v1::Explanation::Step ToProto(const Linker::Step& step) {
  v1::Explanation::Step out;
  out.set_bits(step.bits);
  for (size_t c = 0; c < kComparisonCount; ++c) {
    const auto comparison = static_cast<Comparison>(c);
    const Level level = step.pattern.level(comparison);
    if (level == Level::kMissing) continue;
    auto* agreement = out.add_agreements();
    agreement->set_comparison(std::string(ComparisonName(comparison)));
    agreement->set_level(std::string(LevelName(level)));
  }
  return out;
}

v1::Explanation ToProto(const Linker::Explanation& told) {
  v1::Explanation out;
  out.set_gone(told.gone);
  if (told.gone) return out;
  out.set_same_person(told.same_person);
  out.set_kept_apart(told.kept_apart);
  *out.mutable_direct() = ToProto(told.direct);
  for (const Linker::Step& step : told.steps) *out.add_steps() = ToProto(step);
  out.set_relations_of_person(static_cast<uint32_t>(told.relations_of_person));
  return out;
}

// 12 * year + month - 1, as "2026-11".
std::string MonthText(int32_t month) {
  return fmt::format("{:04}-{:02}", month / 12, month % 12 + 1);
}

std::string_view NameOf(v1::ReviewAction action) {
  switch (action) {
    case v1::REVIEW_ACTION_EXPLAIN:
      return "explain";
    case v1::REVIEW_ACTION_UNLINK:
      return "unlink";
    case v1::REVIEW_ACTION_RELINK:
      return "relink";
    default:
      return "";
  }
}

}  // namespace

absl::StatusOr<std::string> Vault::Review(const v1::ReviewRequest& request,
                                          Custody& custody, uint64_t now,
                                          v1::ReviewResponse* response) {
  const std::string_view action = NameOf(request.action());
  if (action.empty()) {
    return InvalidArgument("action: explain, unlink or relink");
  }
  const ReviewKey key = ReviewKeyOf(keys_.signing);
  auto a = OpenReviewTicket(key, request.ticket_a(), now);
  auto b = OpenReviewTicket(key, request.ticket_b(), now);
  if (!a || !b) {
    return InvalidArgument(
        "ticket_{}: not a ticket of this vault, or older than 30 days",
        a ? "b" : "a");
  }
  if (*a == *b) return InvalidArgument("both tickets are of one relation");
  GARDEROBE_RETURN_IF_ERROR(custody.Approve(
      ReviewRequestOf(action, request.ticket_a(), request.ticket_b()),
      request.approvals()));
  if (*b < *a) std::swap(*a, *b);
  if (request.action() != v1::REVIEW_ACTION_EXPLAIN) {
    GARDEROBE_RETURN_IF_ERROR(linker_->KeepApart(
        *a, *b, request.action() == v1::REVIEW_ACTION_UNLINK));
  }
  GARDEROBE_ASSIGN_OR_RETURN(const Linker::Explanation told,
                             linker_->Explain(*a, *b));
  *response->mutable_explanation() = ToProto(told);
  // Of the pair a number for the log that says nothing without the key. Tickets
  // differ each time; the pair does not.
  std::string what(action);
  what += a->view();
  what += b->view();
  return fmt::format("action={} review={}", action,
                     ToHex(Hash<PairNumber>(what, key).bytes()));
}

absl::Status Vault::ReleaseCap(const v1::ReleaseCapRequest& request,
                               Custody& custody,
                               v1::ReleaseCapResponse* response) {
  constexpr uint64_t kMoreMax = 10'000'000'000;
  if (request.what() != v1::CAPPED_TOKENS &&
      request.what() != v1::CAPPED_IDENTITIES) {
    return InvalidArgument("what: tokens or identities");
  }
  if (request.more() < 1 || request.more() > kMoreMax) {
    return InvalidArgument("more: 1 to {}", kMoreMax);
  }
  const bool is_quota = !request.access_key().empty();
  if (is_quota && (request.what() != v1::CAPPED_IDENTITIES ||
                   request.access_key().size() != SealingPublicKey::kBytes)) {
    return InvalidArgument("access_key: 32 bytes, with identities only");
  }
  const Capped what = request.what() == v1::CAPPED_TOKENS ? Capped::kTokens
                                                          : Capped::kIdentities;
  const std::string entry =
      is_quota ? NamelessId(request.access_key()) : std::string();
  const auto read = [&] {
    return is_quota ? caps_.GetRights(entry) : caps_.Get(what);
  };
  GARDEROBE_ASSIGN_OR_RETURN(MonthCaps::Count count, read());
  const std::string month = MonthText(count.month);
  if (request.month() != month) {
    return FailedPrecondition(
        "month: a release holds for the month it is given in, which is {} by "
        "the clock here",
        month);
  }
  GARDEROBE_RETURN_IF_ERROR(custody.Approve(
      CapRequest(NameOf(what), request.more(), month, request.access_key()),
      request.approvals()));
  GARDEROBE_RETURN_IF_ERROR(is_quota
                                ? caps_.ReleaseRights(entry, request.more())
                                : caps_.Release(what, request.more()));
  spdlog::info("event=cap-release what={} entry={} more={}", NameOf(what),
               is_quota ? entry : "all", request.more());
  GARDEROBE_ASSIGN_OR_RETURN(count, read());
  response->set_used(count.used);
  response->set_released(count.released);
  return absl::OkStatus();
}

absl::Status Vault::AllowWithdrawal(const v1::AllowWithdrawalRequest& request,
                                    Custody& custody,
                                    v1::AllowWithdrawalResponse* response) {
  if (request.request_id().size() != RequestId::kBytes ||
      request.commitment().size() != SubjectCommitment::kBytes) {
    return InvalidArgument("request_id, commitment: {} and {} bytes",
                           RequestId::kBytes, SubjectCommitment::kBytes);
  }
  GARDEROBE_RETURN_IF_ERROR(custody.Approve(
      WithdrawalRequest(request.request_id(), request.commitment()),
      request.approvals()));
  const MutexLock lock(&rights_mutex_);
  GARDEROBE_ASSIGN_OR_RETURN(
      const uint64_t expiry,
      allowed_withdrawals_.Allow(
          RequestId::From(request.request_id()),
          SubjectCommitment::From(request.commitment())));
  spdlog::info("event=withdrawal-allowed request={}",
               ToHex(AsBytes(request.request_id())));
  response->set_expiry(expiry);
  return absl::OkStatus();
}

}  // namespace garderobe::vault
