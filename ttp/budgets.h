// How many tokens each institution has delivered this month, and how many it
// may (protocol.md, 7). A token that is delivered is a guess that can be tested
// by who works with the vault: so every one counts, of a customer that is
// delivered again too, and of rights exercised by identity.
//
// The TTP counts, for neither client nor vault may decide what counts. A token
// is let through when the disk has counted it: they are reserved there ahead,
// in blocks. Whoever kills the TTP gains nothing and loses what was reserved
// and not used; a clean end gives that back.
#ifndef GARDEROBE_TTP_BUDGETS_H_
#define GARDEROBE_TTP_BUDGETS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/civil_time.h"
#include "core/base/mutex.h"
#include "core/register/register_store.h"
#include "garderobe/v1/budget.pb.h"
#include "ttp/month_counts.h"

namespace garderobe::ttp {

inline constexpr std::string_view kBudgetUsedUp = "BUDGET_USED_UP";

// Thread-safe. `institutions` outlives it.
class Budgets {
 public:
  // What is reserved at once, as a part of the budget. The disk is asked a
  // hundred times a month, or once a batch where batches are larger; a kill
  // costs one part, also of a small budget.
  static constexpr uint64_t kPartsOfBudget = 100;

  using Clock = std::function<CivilDate()>;
  // Reads `path` if it is there. DataLoss: it is damaged.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Budgets>> Open(
      const std::string& path, const RegisterStore& institutions,
      Clock clock = Today);

  // Counts tokens that are to go to the vault, whatever becomes of them
  // afterwards; a crash does not forget them. Warns in the log at four fifths,
  // and when something is refused. May wait for the disk.
  // FailedPrecondition with the reason kBudgetUsedUp: they would go beyond what
  // is allowed this month. Unavailable: the disk does not take the count. In
  // both cases nothing is counted and nothing may be let through.
  [[nodiscard]] absl::Status Take(const std::string& institution,
                                  uint64_t tokens);
  // Counts a right of visitors, which no budget refuses. Unavailable as above.
  [[nodiscard]] absl::Status Count(const std::string& institution,
                                   uint64_t tokens);
  // Adds to what is allowed this month. It is on the disk on return;
  // Unavailable: nothing was added.
  [[nodiscard]] absl::Status Release(const std::string& institution,
                                     uint64_t tokens);
  // One entry an institution in the register.
  std::vector<v1::Budget> List();
  v1::Budget Get(const std::string& institution);
  // The latest month in the future for which something is counted; empty:
  // there is none.
  std::string LatestAhead();
  // Gives back what is reserved and not used. At the end.
  [[nodiscard]] absl::Status Settle();

 private:
  // Where a count was made, to wait for the disk or to take it back.
  struct Place {
    std::string institution, month;
    uint64_t used = 0;  // up to and with these tokens
  };
  Budgets(std::string path, const RegisterStore& institutions, Clock clock)
      : path_(std::move(path)),
        institutions_(institutions),
        clock_(std::move(clock)) {}
  std::string ThisMonth() const;
  // This month's count; logs what lies in the future.
  MonthCounts::Count& At(const std::string& institution,
                         const std::string& month)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint64_t BudgetOf(const std::string& institution) const;
  void Add(const Place& place, uint64_t allowed, uint64_t tokens)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Waits until the disk holds the count at `place`; takes `tokens` back when
  // it does not.
  [[nodiscard]] absl::Status Reserve(const Place& place, uint64_t tokens);
  // Returns whether the disk holds the count at `place`.
  bool IsKept(const Place& place) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How much is reserved beyond what is used there.
  uint64_t BlockFor(const Place& place) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // All counts as the disk is to have them. With `place`, a block more of its
  // institution.
  v1::BudgetState ToState(const Place* place)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  [[nodiscard]] absl::Status Write(const Place* place)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(file_mutex_);

  const std::string path_;
  const RegisterStore& institutions_;
  const Clock clock_;
  // Taken before mutex_, and held while the disk writes. Who finds enough
  // reserved takes mutex_ only.
  Mutex file_mutex_;
  Mutex mutex_;
  std::map<std::string, MonthCounts> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_BUDGETS_H_
