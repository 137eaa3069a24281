#include "core/custody/custody.h"

#include <algorithm>
#include <exception>
#include <span>

#include "core/keys/approval.h"
#include "core/rpc/status_conversion.h"
#include "spdlog/fmt/ranges.h"
#include "spdlog/spdlog.h"

namespace garderobe {
namespace {

// What is refused travels in a header, which has some kilobytes.
constexpr size_t kSentencesToldMax = 10;
constexpr size_t kTextBytesMax = 2000;

template <typename... Args>
absl::Status Refused(std::string_view reason,
                     fmt::format_string<Args...> format, Args&&... args) {
  return WithReason(PermissionDenied(format, std::forward<Args>(args)...),
                    reason);
}

std::string Told(const std::vector<std::string>& sentences) {
  const size_t count = std::min(sentences.size(), kSentencesToldMax);
  std::string text =
      fmt::format("{}", fmt::join(std::span(sentences).first(count), "; "));
  if (text.size() > kTextBytesMax) text.resize(kTextBytesMax);
  if (count < sentences.size()) {
    text += fmt::format("; and {} more", sentences.size() - count);
  }
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Custody>> Custody::Open(std::string party,
                                                       Custodians custodians,
                                                       const std::string& path,
                                                       UnixClock clock) {
  GARDEROBE_ASSIGN_OR_RETURN(ApprovalBook book, ApprovalBook::Open(path));
  return std::unique_ptr<Custody>(
      new Custody(std::move(party), std::move(custodians), std::move(clock),
                  std::move(book)));
}

absl::Status Custody::Take(const CustodyRequest& request,
                           const v1::Approval& given, uint64_t now,
                           Taken* taken) {
  const Custodians::Known* known = nullptr;
  VerifyKey key;
  if (given.key().size() == VerifyKey::kBytes) {
    key = VerifyKey::From(given.key());
    known = custodians_.Find(key);
  }
  if (known == nullptr) {
    return Refused(kApprovalUnknownKey,
                   "an approval is of a key that {} does not know; its setting "
                   "custodians.keys names those that count",
                   party_);
  }
  const std::string& who = known->name;
  if (known->state == Custodians::KeyState::kRetired) {
    return Refused(kApprovalRetiredKey,
                   "the key that {} approved with is retired here", who);
  }
  const auto approval = VerifyApproval(key, given.body(), given.signature());
  if (!approval.ok()) {
    return Refused(
        kApprovalSignatureWrong,
        "the approval of {} is malformed, or not signed with the key "
        "that it names",
        who);
  }
  if (approval->party != party_) {
    return Refused(kApprovalOtherParty,
                   "{} has approved it for another party; this is {}", who,
                   party_);
  }
  if (approval->action != request.action) {
    return Refused(kApprovalOtherAction,
                   "{} has approved something else; this is an approval of the "
                   "kind `{}`",
                   who, request.action);
  }
  if (approval->request != request.digest) {
    return Refused(
        kApprovalOtherRequest,
        "{} has approved another request of this kind: no part of it "
        "may differ",
        who);
  }
  if (approval->expiry <= now) {
    return Refused(kApprovalExpired,
                   "the approval of {} has expired, or the clock of {} is fast",
                   who, party_);
  }
  if (approval->expiry - now > Approval::kSecondsMax) {
    return Refused(kApprovalTooLong,
                   "the approval of {} holds for more than a day, or the clock "
                   "of {} is slow",
                   who, party_);
  }
  if (std::find(taken->names.begin(), taken->names.end(), who) !=
      taken->names.end()) {
    return Refused(kApprovalSameCustodian,
                   "{} has approved twice, which counts once; it takes two "
                   "different custodians",
                   who);
  }
  const ApprovalBook::Entry entry{ApprovalId(key, approval->serial),
                                  approval->expiry};
  if (book_.WasUsed(entry)) {
    return Refused(kApprovalUsed,
                   "the approval of {} was used before, and holds once", who);
  }
  taken->names.push_back(who);
  taken->entries.push_back(entry);
  return absl::OkStatus();
}

absl::Status Custody::TakeAll(const CustodyRequest& request, const Given& given,
                              Taken* taken) {
  if (given.size() > kApprovalsMax) {
    return InvalidArgument("approvals: at most {}", kApprovalsMax);
  }
  const uint64_t now = clock_();
  for (const v1::Approval& one : given) {
    GARDEROBE_RETURN_IF_ERROR(Take(request, one, now, taken));
  }
  if (taken->names.size() < Custodians::kNeeded) {
    return Refused(kApprovalNeeded,
                   "{} custodians have to approve this at {}, and {} did: {}. "
                   "`garderobe custodian approve {}` writes an approval",
                   Custodians::kNeeded, party_, taken->names.size(),
                   Told(request.sentences), request.action);
  }
  return book_.Use(taken->entries, now);
}

absl::Status Custody::Approve(const CustodyRequest& request,
                              const Given& given) {
  const MutexLock lock(&mutex_);
  Taken taken;
  const absl::Status status = TakeAll(request, given, &taken);
  if (status.ok()) {
    spdlog::info("event=approved action={} custodians={} request={}",
                 request.action, fmt::join(taken.names, ","),
                 ToHex(request.digest.bytes()));
  } else {
    spdlog::warn("event=approval-refused action={} request={} reason=\"{}\"",
                 request.action, ToHex(request.digest.bytes()),
                 Message(status));
  }
  return status;
}

}  // namespace garderobe
