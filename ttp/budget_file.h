// The file in which the TTP keeps its counts, read and written here only.
#ifndef GARDEROBE_TTP_BUDGET_FILE_H_
#define GARDEROBE_TTP_BUDGET_FILE_H_

#include <string>

#include "core/base/status.h"
#include "garderobe/v1/budget.pb.h"

namespace garderobe::ttp {

// Empty when there is no file yet. Unavailable: it does not read. DataLoss: it
// is damaged.
[[nodiscard]] absl::StatusOr<v1::BudgetState> ReadBudgetFile(
    const std::string& path);

// It is on the disk on return. Errors of ReplaceFile.
[[nodiscard]] absl::Status WriteBudgetFile(const std::string& path,
                                           const v1::BudgetState& state);

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_BUDGET_FILE_H_
