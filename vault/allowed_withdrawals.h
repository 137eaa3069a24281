// Which requests may take an objection back without its secret: two custodians
// have allowed each of them (protocol.md, 6 and 7).
#ifndef GARDEROBE_VAULT_ALLOWED_WITHDRAWALS_H_
#define GARDEROBE_VAULT_ALLOWED_WITHDRAWALS_H_

#include "core/base/clock.h"
#include "core/keys/receipt.h"
#include "core/store/store.h"

namespace garderobe::vault {

// Allow, Check and UseUp are not to be called at the same time. `store`
// outlives it. Keys are "withdrawal/" and the request id (16); the value is
// commitment (32) || expiry (8), in Unix seconds. Stored, never change.
class AllowedWithdrawals {
 public:
  static constexpr uint64_t kAllowedSeconds = 24 * 3600;

  explicit AllowedWithdrawals(Store& store, UnixClock clock = UnixSeconds)
      : store_(store), clock_(std::move(clock)) {}

  // Allows the request of this id that is signed over this commitment, for
  // kAllowedSeconds, in place of what was allowed for the id before; forgets
  // what has expired. Returns when it ends, in Unix seconds. Synced when it
  // returns. DataLoss, and errors of Store::Write: nothing is allowed.
  [[nodiscard]] absl::StatusOr<uint64_t> Allow(
      const RequestId& id, const SubjectCommitment& commitment);
  // FailedPrecondition with the reason kWithdrawalNeedsCustodians, and one text
  // for all of it: not allowed, for another commitment, or no longer. DataLoss.
  [[nodiscard]] absl::Status Check(const RequestId& id,
                                   const SubjectCommitment& commitment) const;
  // Nothing is allowed for this id any more. Synced when it returns: whoever
  // ends the vault before the act has to ask two custodians again.
  [[nodiscard]] absl::Status UseUp(const RequestId& id);

 private:
  Store& store_;
  const UnixClock clock_;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_ALLOWED_WITHDRAWALS_H_
