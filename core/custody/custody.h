// The one place of a party that decides whether two custodians have approved
// what it is asked to do (protocol.md, 7).
#ifndef GARDEROBE_CORE_CUSTODY_CUSTODY_H_
#define GARDEROBE_CORE_CUSTODY_CUSTODY_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/custody/approval_book.h"
#include "core/custody/custodians.h"
#include "core/custody/requests.h"
#include "garderobe/v1/custody.pb.h"

namespace garderobe {

// Why approvals are refused, as reasons on the wire (errors.md, On the wire).
inline constexpr std::string_view kApprovalNeeded = "APPROVAL_NEEDED";
inline constexpr std::string_view kApprovalUnknownKey = "APPROVAL_UNKNOWN_KEY";
inline constexpr std::string_view kApprovalRetiredKey = "APPROVAL_RETIRED_KEY";
inline constexpr std::string_view kApprovalSignatureWrong =
    "APPROVAL_SIGNATURE_WRONG";
inline constexpr std::string_view kApprovalOtherParty = "APPROVAL_OTHER_PARTY";
inline constexpr std::string_view kApprovalOtherAction =
    "APPROVAL_OTHER_ACTION";
inline constexpr std::string_view kApprovalOtherRequest =
    "APPROVAL_OTHER_REQUEST";
inline constexpr std::string_view kApprovalExpired = "APPROVAL_EXPIRED";
inline constexpr std::string_view kApprovalTooLong = "APPROVAL_TOO_LONG";
inline constexpr std::string_view kApprovalSameCustodian =
    "APPROVAL_SAME_CUSTODIAN";
inline constexpr std::string_view kApprovalUsed = "APPROVAL_USED";

// Thread-safe.
class Custody {
 public:
  static constexpr int kApprovalsMax = 16;  // of one request
  using Given = google::protobuf::RepeatedPtrField<v1::Approval>;

  // `party` is the one that acts here, as in Approval; `path` is the file of
  // used approvals. DataLoss, Unavailable: as ApprovalBook::Open.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Custody>> Open(
      std::string party, Custodians custodians, const std::string& path,
      UnixClock clock = UnixSeconds);

  // Returns OK when every one of `given` is good and two custodians are among
  // them; they are used up then, on the disk, and the caller acts at once. Call
  // it when nothing else is in the way: what fails afterwards takes two
  // approvals more. PermissionDenied with one of the reasons above: they are
  // not; nothing is used up. InvalidArgument: more than kApprovalsMax.
  // Unavailable, ResourceExhausted: as ApprovalBook::Use. Logs every answer:
  // the custodians' names when it is OK, otherwise the reason.
  [[nodiscard]] absl::Status Approve(const CustodyRequest& request,
                                     const Given& given);

 private:
  struct Taken {
    std::vector<std::string> names;  // of different custodians
    std::vector<ApprovalBook::Entry> entries;
  };
  Custody(std::string party, Custodians custodians, UnixClock clock,
          ApprovalBook book)
      : party_(std::move(party)),
        custodians_(std::move(custodians)),
        clock_(std::move(clock)),
        book_(std::move(book)) {}
  // Checks one, and adds it to those that were taken.
  [[nodiscard]] absl::Status Take(const CustodyRequest& request,
                                  const v1::Approval& given, uint64_t now,
                                  Taken* taken)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  [[nodiscard]] absl::Status TakeAll(const CustodyRequest& request,
                                     const Given& given, Taken* taken)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string party_;
  const Custodians custodians_;
  const UnixClock clock_;
  Mutex mutex_;  // held while the disk writes: approvals are few
  ApprovalBook book_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CUSTODY_CUSTODY_H_
