#include "ttp/budget_file.h"

#include <filesystem>

#include "core/base/checked_file.h"

namespace garderobe::ttp {
namespace {
constexpr std::string_view kKind = "budgets";
}  // namespace

absl::StatusOr<v1::BudgetState> ReadBudgetFile(const std::string& path) {
  v1::BudgetState state;
  if (!std::filesystem::exists(path)) return state;
  GARDEROBE_ASSIGN_OR_RETURN(const std::string bytes,
                             ReadCheckedFile(path, kKind));
  if (!state.ParseFromString(bytes)) {
    return DataLoss("{} is damaged; without it, counting begins anew", path);
  }
  return state;
}

absl::Status WriteBudgetFile(const std::string& path,
                             const v1::BudgetState& state) {
  return WriteCheckedFile(path, kKind, state.SerializeAsString());
}

}  // namespace garderobe::ttp
