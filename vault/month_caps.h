// How much the vault lets be asked of it in a month, whatever the TTP lets
// through: the TTP is not the only one who counts (protocol.md, 6). A token
// that is delivered, and a right that is exercised by identity, test a guess.
#ifndef GARDEROBE_VAULT_MONTH_CAPS_H_
#define GARDEROBE_VAULT_MONTH_CAPS_H_

#include <string>
#include <string_view>

#include "core/base/civil_time.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/store/store.h"

namespace garderobe::vault {

enum class Capped : char { kTokens = 'T', kIdentities = 'I' };
std::string_view NameOf(Capped what);  // tokens, identities

inline constexpr std::string_view kCapReached = "VAULT_CAP_REACHED";
inline constexpr std::string_view kQuotaUsedUp = "RIGHTS_QUOTA_USED_UP";

// Thread-safe. `store` outlives it. Of time it keeps the month and the day.
class MonthCaps {
 public:
  struct Limits {
    uint64_t tokens = 2'000'000'000;
    uint64_t identities = 20'000;
  };
  MonthCaps(Store& store, Limits limits, UnixClock clock = UnixSeconds)
      : store_(store), limits_(limits), clock_(std::move(clock)) {}

  // Counts `count` before they are acted on, whatever becomes of them; written,
  // not synced. FailedPrecondition with the reason kCapReached: they would go
  // beyond what this month allows; nothing is counted. DataLoss.
  [[nodiscard]] absl::Status Take(Capped what, uint64_t count);
  // Counts a right by identity of one entry of the register, which has a quota
  // a month, and of all together, or neither. FailedPrecondition with the
  // reason kQuotaUsedUp, or kCapReached.
  [[nodiscard]] absl::Status TakeRight(const std::string& entry,
                                       uint64_t quota);
  // Allows `more` this month. Synced when it returns.
  [[nodiscard]] absl::Status Release(Capped what, uint64_t more);
  [[nodiscard]] absl::Status ReleaseRights(const std::string& entry,
                                           uint64_t more);

  struct Count {
    int32_t month = 0;  // 12 * year + month - 1
    uint64_t used = 0, released = 0;
    int32_t day = 0;  // since 2000-01-01
    uint64_t today = 0;
    uint64_t day_before = 0;  // the last day on which anything was counted
  };
  // This month's count.
  [[nodiscard]] absl::StatusOr<Count> Get(Capped what);
  [[nodiscard]] absl::StatusOr<Count> GetRights(const std::string& entry);

 private:
  [[nodiscard]] absl::StatusOr<Count> Read(const std::string& key) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // As Take, into `batch`.
  [[nodiscard]] absl::Status Add(Capped what, uint64_t taken,
                                 rocksdb::WriteBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  [[nodiscard]] absl::Status ReleaseAt(const std::string& key, uint64_t more);
  uint64_t LimitOf(Capped what) const {
    return what == Capped::kTokens ? limits_.tokens : limits_.identities;
  }

  Store& store_;
  const Limits limits_;
  const UnixClock clock_;
  Mutex mutex_;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_MONTH_CAPS_H_
