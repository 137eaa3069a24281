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
                                              budget.released(), false};
  }
  return budgets;
}

Budgets::Month& Budgets::OfThisMonth(const std::string& institution) {
  Month& count = counts_[institution];
  const std::string month = ToIso(clock_()).substr(0, 7);
  // A clock that is set back does not give a budget twice.
  if (count.month < month) count = {month, 0, 0, false};
  return count;
}

uint64_t Budgets::BudgetOf(const std::string& institution) const {
  const auto institutions = institutions_.Get();
  const auto found = institutions->find(institution);
  return found == institutions->end() ? 0 : RelationsPerMonth(found->second);
}

absl::Status Budgets::Take(const std::string& institution, uint64_t rows) {
  const uint64_t budget = BudgetOf(institution);
  const MutexLock lock(&mutex_);
  Month& count = OfThisMonth(institution);
  const uint64_t allowed = budget + count.released;
  if (count.used + rows <= allowed) {
    Add(institution, count, allowed, rows);
    return absl::OkStatus();
  }
  if (!count.refused) {
    count.refused = true;
    spdlog::warn(
        "event=budget institution={} month={} used={} allowed={} refused={}",
        institution, count.month, count.used, allowed, rows);
  }
  return WithReason(
      FailedPrecondition("{} has delivered {} of {} relations of {}; two "
                         "custodians can release more",
                         institution, count.used, allowed, count.month),
      kBudgetUsedUp);
}

void Budgets::Count(const std::string& institution, uint64_t rows) {
  const uint64_t budget = BudgetOf(institution);
  const MutexLock lock(&mutex_);
  Month& count = OfThisMonth(institution);
  Add(institution, count, budget + count.released, rows);
}

void Budgets::Add(const std::string& institution, Month& count,
                  uint64_t allowed, uint64_t rows) {
  const uint64_t nearly = allowed / 5 * 4;
  const bool was_below = count.used < nearly;
  count.used += rows;
  changed_ = true;
  if (!was_below || count.used < nearly) return;
  spdlog::warn("event=budget institution={} month={} used={} allowed={}",
               institution, count.month, count.used, allowed);
}

absl::Status Budgets::Release(const std::string& institution, uint64_t rows) {
  {
    const MutexLock lock(&mutex_);
    Month& count = OfThisMonth(institution);
    count.released += rows;
    count.refused = false;
    changed_ = true;
  }
  return Save();
}

v1::Budget Budgets::ToProto(const std::string& institution,
                            const Month& count) const {
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
  // Who counts does not wait for the disk.
  const MutexLock file_lock(&file_mutex_);
  v1::BudgetState state;
  {
    const MutexLock lock(&mutex_);
    if (!changed_) return absl::OkStatus();
    for (const auto& [id, count] : counts_) {
      v1::Budget& budget = *state.add_budgets();
      budget = ToProto(id, count);
      budget.clear_budget();
    }
    changed_ = false;
  }
  const absl::Status written =
      ReplaceFile(path_, state.SerializeAsString(), 0600);
  if (written.ok()) return written;
  const MutexLock lock(&mutex_);
  changed_ = true;
  return written;
}

}  // namespace garderobe::ttp
