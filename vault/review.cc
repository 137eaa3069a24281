// Looking into a link: from the wire to the links and back.
#include "core/base/hash.h"
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

absl::StatusOr<Vault::Reviewed> Vault::Review(const v1::ReviewRequest& request,
                                              const std::string& custodian,
                                              uint64_t now,
                                              v1::ReviewResponse* response) {
  Reviewed reviewed;
  reviewed.action = NameOf(request.action());
  if (reviewed.action.empty()) {
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
  if (*b < *a) std::swap(*a, *b);
  // Tickets differ each time; the pair does not.
  std::string what(reviewed.action);
  what += a->view();
  what += b->view();
  // Of the pair a number for the log that says nothing without the key.
  reviewed.review = ToHex(Hash<PairNumber>(what, key).bytes());
  reviewed.approvals = approvals_.Ask(what, custodian);
  response->set_approvals(static_cast<uint32_t>(reviewed.approvals));
  response->set_needed(Approvals::kNeeded);
  if (reviewed.approvals < Approvals::kNeeded) return reviewed;
  if (request.action() != v1::REVIEW_ACTION_EXPLAIN) {
    GARDEROBE_RETURN_IF_ERROR(linker_->KeepApart(
        *a, *b, request.action() == v1::REVIEW_ACTION_UNLINK));
  }
  GARDEROBE_ASSIGN_OR_RETURN(const Linker::Explanation told,
                             linker_->Explain(*a, *b));
  *response->mutable_explanation() = ToProto(told);
  return reviewed;
}

absl::Status Vault::ReleaseCap(const v1::ReleaseCapRequest& request,
                               const std::string& custodian,
                               v1::ReleaseCapResponse* response) {
  constexpr uint64_t kMoreMax = 10'000'000'000;
  if (request.what() != v1::CAPPED_TOKENS &&
      request.what() != v1::CAPPED_IDENTITIES) {
    return InvalidArgument("what: tokens or identities");
  }
  if (request.more() < 1 || request.more() > kMoreMax) {
    return InvalidArgument("more: 1 to {}", kMoreMax);
  }
  const Capped what = request.what() == v1::CAPPED_TOKENS ? Capped::kTokens
                                                          : Capped::kIdentities;
  GARDEROBE_ASSIGN_OR_RETURN(MonthCaps::Count count, caps_.Get(what));
  const size_t approvals = approvals_.Ask(
      fmt::format("cap {} {} {}", NameOf(what), request.more(), count.month),
      custodian);
  spdlog::info("event=cap-release what={} more={} custodian={} approvals={}",
               NameOf(what), request.more(), custodian, approvals);
  if (approvals >= Approvals::kNeeded) {
    GARDEROBE_RETURN_IF_ERROR(caps_.Release(what, request.more()));
    GARDEROBE_ASSIGN_OR_RETURN(count, caps_.Get(what));
  }
  response->set_approvals(static_cast<uint32_t>(approvals));
  response->set_needed(Approvals::kNeeded);
  response->set_used(count.used);
  response->set_released(count.released);
  return absl::OkStatus();
}

}  // namespace garderobe::vault
