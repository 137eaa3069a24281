#include "ttp/budget_file.h"

#include <string_view>

#include "core/base/checked_file.h"
#include "core/base/checked_message.h"

namespace garderobe::ttp {
namespace {
constexpr std::string_view kKind = "budgets";
}  // namespace

absl::StatusOr<v1::BudgetState> ReadBudgetFile(const std::string& path) {
  v1::BudgetState state;
  GARDEROBE_RETURN_IF_ERROR(ReadCheckedMessage(path, kKind, state).status());
  return state;
}

absl::Status WriteBudgetFile(const std::string& path,
                             const v1::BudgetState& state) {
  return WriteCheckedFile(path, kKind, state.SerializeAsString());
}

}  // namespace garderobe::ttp
