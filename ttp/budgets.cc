#include "ttp/budgets.h"

#include <filesystem>

#include "core/base/files.h"
#include "core/rpc/status_conversion.h"
#include "spdlog/spdlog.h"

namespace garderobe::ttp {

absl::StatusOr<std::unique_ptr<Budgets>> Budgets::Open(
    const std::string& path, const RegisterStore& institutions, Clock clock) {
  std::unique_ptr<Budgets> budgets(
      new Budgets(path, institutions, std::move(clock)));
  if (!std::filesystem::exists(path)) return budgets;
  GARDEROBE_ASSIGN_OR_RETURN(const std::string bytes, ReadWholeFile(path));
  v1::BudgetState state;
  if (!state.ParseFromString(bytes)) {
    return DataLoss("{} is damaged; without it, counting begins anew", path);
  }
  const MutexLock lock(&budgets->mutex_);
  for (const v1::Budget& budget : state.budgets()) {
    budgets->counts_[budget.institution()] = {budget.month(), budget.used(),
                                              budget.released()};
  }
  return budgets;
}

Budgets::Count& Budgets::OfThisMonth(const std::string& institution) {
  Count& count = counts_[institution];
  const std::string month = ToIso(clock_()).substr(0, 7);
  if (count.month != month) count = {month, 0, 0};
  return count;
}

uint64_t Budgets::BudgetOf(const std::string& institution) const {
  const auto institutions = institutions_.Get();
  const auto found = institutions->find(institution);
  return found == institutions->end() ? 0 : RelationsPerMonth(found->second);
}

absl::Status Budgets::Check(const std::string& institution, uint64_t rows) {
  const uint64_t budget = BudgetOf(institution);
  const MutexLock lock(&mutex_);
  const Count& count = OfThisMonth(institution);
  const uint64_t allowed = budget + count.released;
  if (count.used + rows <= allowed) return absl::OkStatus();
  return WithReason(
      FailedPrecondition("{} has delivered {} of {} relations of {}; two "
                         "custodians can release more",
                         institution, count.used, allowed, count.month),
      kBudgetUsedUp);
}

void Budgets::Use(const std::string& institution, uint64_t rows) {
  if (rows == 0) return;
  const uint64_t budget = BudgetOf(institution);
  const MutexLock lock(&mutex_);
  Count& count = OfThisMonth(institution);
  const uint64_t allowed = budget + count.released;
  const auto share = [&] {
    return allowed == 0 ? 10 : count.used * 10 / allowed;  // tenths
  };
  const uint64_t before = share();
  count.used += rows;
  changed_ = true;
  // Once when it is nearly used up, and once when it is.
  for (uint64_t tenths : {8, 10}) {
    if (before >= tenths || share() < tenths) continue;
    spdlog::warn("event=budget institution={} month={} used={} allowed={}",
                 institution, count.month, count.used, allowed);
  }
}

absl::Status Budgets::Release(const std::string& institution, uint64_t rows) {
  {
    const MutexLock lock(&mutex_);
    OfThisMonth(institution).released += rows;
    changed_ = true;
  }
  return Save();
}

v1::Budget Budgets::ToProto(const std::string& institution,
                            const Count& count) const {
  v1::Budget budget;
  budget.set_institution(institution);
  budget.set_month(count.month);
  budget.set_used(count.used);
  budget.set_released(count.released);
  budget.set_budget(BudgetOf(institution));
  return budget;
}

v1::Budget Budgets::Get(const std::string& institution) {
  const MutexLock lock(&mutex_);
  return ToProto(institution, OfThisMonth(institution));
}

std::vector<v1::Budget> Budgets::List() {
  std::vector<v1::Budget> list;
  for (const auto& [id, institution] : *institutions_.Get()) {
    list.push_back(Get(id));
  }
  return list;
}

absl::Status Budgets::Save() {
  const MutexLock lock(&mutex_);
  if (!changed_) return absl::OkStatus();
  v1::BudgetState state;
  for (const auto& [id, count] : counts_) {
    v1::Budget& budget = *state.add_budgets();
    budget = ToProto(id, count);
    budget.clear_budget();
  }
  GARDEROBE_RETURN_IF_ERROR(
      ReplaceFile(path_, state.SerializeAsString(), 0600));
  changed_ = false;
  return absl::OkStatus();
}

}  // namespace garderobe::ttp
