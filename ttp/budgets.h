// How many relations each institution has delivered this month, and how many it
// may (protocol.md, 7). A relation that is delivered is a guess that can be
// tested by who works with the vault: so every row counts, a customer that is
// delivered again too, and rights exercised by identity.
//
// The TTP counts, for neither client nor vault may decide what counts.
#ifndef GARDEROBE_TTP_BUDGETS_H_
#define GARDEROBE_TTP_BUDGETS_H_

#include <map>
#include <memory>
#include <string>

#include "core/base/approvals.h"
#include "core/base/civil_time.h"
#include "core/base/mutex.h"
#include "core/register/register_store.h"
#include "garderobe/v1/budget.pb.h"

namespace garderobe::ttp {

inline constexpr std::string_view kBudgetUsedUp = "BUDGET_USED_UP";

// Thread-safe. `institutions` outlives it.
class Budgets {
 public:
  using Clock = std::function<CivilDate()>;
  // Reads `path` if it is there. DataLoss: it is damaged.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Budgets>> Open(
      const std::string& path, const RegisterStore& institutions,
      Clock clock = Today);

  // Counts rows that go to the vault, whatever becomes of them afterwards.
  // FailedPrecondition with the reason kBudgetUsedUp, and nothing is counted:
  // they would go beyond what is allowed this month. Warns in the log at four
  // fifths, and when something is refused.
  [[nodiscard]] absl::Status Take(const std::string& institution,
                                  uint64_t rows);
  // Counts and never refuses: a right of visitors.
  void Count(const std::string& institution, uint64_t rows);
  // Adds to what is allowed this month, and writes it.
  [[nodiscard]] absl::Status Release(const std::string& institution,
                                     uint64_t rows);
  // Of every institution in the register.
  std::vector<v1::Budget> List();
  v1::Budget Get(const std::string& institution);
  // Writes what was counted since the last time. By a timer, and at the end.
  [[nodiscard]] absl::Status Save();

 private:
  struct Month {
    std::string month;
    uint64_t used = 0, released = 0;
    bool refused = false;  // something, since the last release
  };
  Budgets(std::string path, const RegisterStore& institutions, Clock clock)
      : path_(std::move(path)),
        institutions_(institutions),
        clock_(std::move(clock)) {}
  Month& OfThisMonth(const std::string& institution)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint64_t BudgetOf(const std::string& institution) const;
  v1::Budget ToProto(const std::string& institution, const Month& count) const;

  const std::string path_;
  const RegisterStore& institutions_;
  const Clock clock_;
  Mutex mutex_;
  void Add(const std::string& institution, Month& count, uint64_t allowed,
           uint64_t rows) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Mutex file_mutex_;  // taken before mutex_
  std::map<std::string, Month> counts_ ABSL_GUARDED_BY(mutex_);
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_BUDGETS_H_
