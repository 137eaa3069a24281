#include "ttp/budgets.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/rpc/status_conversion.h"
#include "spdlog/spdlog.h"
#include "ttp/budget_file.h"

namespace garderobe::ttp {

absl::StatusOr<std::unique_ptr<Budgets>> Budgets::Open(
    const std::string& path, const RegisterStore& institutions, Clock clock) {
  GARDEROBE_ASSIGN_OR_RETURN(const v1::BudgetState state, ReadBudgetFile(path));
  std::unique_ptr<Budgets> budgets(
      new Budgets(path, institutions, std::move(clock)));
  const MutexLock lock(&budgets->mutex_);
  for (const auto& stored : state.counts()) {
    budgets->counts_[stored.institution()].months()[stored.month()] = {
        .used = stored.used(),
        .released = stored.released(),
        .carried_to = stored.carried_to(),
        .kept = stored.used(),
        .refused = false};
  }
  return budgets;
}

std::string Budgets::ThisMonth() const { return ToIso(clock_()).substr(0, 7); }

MonthCounts::Count& Budgets::At(const std::string& institution,
                                const std::string& month) {
  return counts_[institution].At(
      month, [&](const std::string& ahead, const MonthCounts::Count& count) {
        spdlog::warn(
            "event=budget-month-ahead institution={} month={} used={} "
            "present={}",
            institution, ahead, count.used, month);
      });
}

uint64_t Budgets::BudgetOf(const std::string& institution) const {
  const auto institutions = institutions_.Get();
  const auto found = institutions->find(institution);
  return found == institutions->end() ? 0 : TokensPerMonth(found->second);
}

absl::Status Budgets::Take(const std::string& institution, uint64_t tokens) {
  const uint64_t budget = BudgetOf(institution);
  Place place{institution, ThisMonth()};
  {
    const MutexLock lock(&mutex_);
    MonthCounts::Count& count = At(institution, place.month);
    const uint64_t allowed = budget + count.released;
    if (count.used + tokens > allowed) {
      if (!std::exchange(count.refused, true)) {
        spdlog::warn(
            "event=budget institution={} month={} used={} allowed={} "
            "refused={}",
            institution, place.month, count.used, allowed, tokens);
      }
      return WithReason(
          FailedPrecondition("{} has delivered {} of {} tokens of {}; two "
                             "custodians can release more",
                             institution, count.used, allowed, place.month),
          kBudgetUsedUp);
    }
    Add(place, allowed, tokens);
    place.used = count.used;
  }
  return Reserve(place, tokens);
}

absl::Status Budgets::Count(const std::string& institution, uint64_t tokens) {
  const uint64_t budget = BudgetOf(institution);
  Place place{institution, ThisMonth()};
  {
    const MutexLock lock(&mutex_);
    const MonthCounts::Count& count = At(institution, place.month);
    Add(place, budget + count.released, tokens);
    place.used = count.used;
  }
  return Reserve(place, tokens);
}

void Budgets::Add(const Place& place, uint64_t allowed, uint64_t tokens) {
  MonthCounts& counts = counts_[place.institution];
  const MonthCounts::Count& count = counts.months()[place.month];
  const uint64_t nearly = allowed / 5 * 4;
  const bool was_below = count.used < nearly;
  counts.Add(place.month, tokens);
  if (!was_below || count.used < nearly) return;
  spdlog::warn("event=budget institution={} month={} used={} allowed={}",
               place.institution, place.month, count.used, allowed);
}

bool Budgets::IsKept(const Place& place) {
  return counts_[place.institution].months()[place.month].kept >= place.used;
}

absl::Status Budgets::Reserve(const Place& place, uint64_t tokens) {
  {
    const MutexLock lock(&mutex_);
    if (IsKept(place)) return absl::OkStatus();
  }
  const MutexLock file_lock(&file_mutex_);
  {
    // Another thread may have written it meanwhile.
    const MutexLock lock(&mutex_);
    if (IsKept(place)) return absl::OkStatus();
  }
  const absl::Status written = Write(&place);
  if (written.ok()) return written;
  const MutexLock lock(&mutex_);
  counts_[place.institution].TakeBack(place.month, tokens);
  spdlog::warn("event=budgets-not-written reason=\"{}\"", Message(written));
  return Unavailable(
      "the trusted third party's disk does not take the count of tokens");
}

absl::Status Budgets::Release(const std::string& institution, uint64_t tokens) {
  const std::string month = ThisMonth();
  const MutexLock file_lock(&file_mutex_);
  {
    const MutexLock lock(&mutex_);
    MonthCounts::Count& count = At(institution, month);
    count.released += tokens;
    count.refused = false;
  }
  const absl::Status written = Write(nullptr);
  if (written.ok()) return written;
  const MutexLock lock(&mutex_);
  MonthCounts::Count& count = At(institution, month);
  count.released -= std::min(count.released, tokens);
  return written;
}

v1::Budget Budgets::Get(const std::string& institution) {
  const std::string month = ThisMonth();
  v1::Budget budget;
  budget.set_institution(institution);
  budget.set_month(month);
  budget.set_budget(BudgetOf(institution));
  const MutexLock lock(&mutex_);
  const MonthCounts::Count& count = At(institution, month);
  budget.set_used(count.used);
  budget.set_released(count.released);
  const MonthCounts::Months& months = counts_[institution].months();
  for (auto it = months.upper_bound(month); it != months.end(); ++it) {
    if (it->second.used == 0) continue;
    auto* ahead = budget.add_ahead();
    ahead->set_month(it->first);
    ahead->set_used(it->second.used);
  }
  return budget;
}

std::vector<v1::Budget> Budgets::List() {
  std::vector<v1::Budget> list;
  for (const auto& [id, institution] : *institutions_.Get()) {
    list.push_back(Get(id));
  }
  return list;
}

std::string Budgets::LatestAhead() {
  const std::string month = ThisMonth();
  std::string latest;
  const MutexLock lock(&mutex_);
  for (const auto& [institution, counts] : counts_) {
    for (const auto& [ahead, count] : counts.months()) {
      if (ahead > month && count.used > 0) latest = std::max(latest, ahead);
    }
  }
  return latest;
}

uint64_t Budgets::BlockFor(const Place& place) {
  const auto& count = counts_[place.institution].months()[place.month];
  const uint64_t budget = BudgetOf(place.institution);
  const uint64_t allowed = budget + count.released;
  if (allowed <= count.used) return 0;
  return std::min(budget / kPartsOfBudget, allowed - count.used);
}

v1::BudgetState Budgets::ToState(const Place* place) {
  v1::BudgetState state;
  const uint64_t block = place ? BlockFor(*place) : 0;
  for (const auto& [institution, counts] : counts_) {
    for (const auto& [month, count] : counts.months()) {
      if (count.used == 0 && count.released == 0) continue;
      auto* stored = state.add_counts();
      stored->set_institution(institution);
      stored->set_month(month);
      // Rows of this month count for later ones, too.
      const bool is_reserving =
          place && place->institution == institution && month >= place->month;
      // What others have reserved stays: they may use it meanwhile.
      stored->set_used(
          std::max(count.used + (is_reserving ? block : 0), count.kept));
      stored->set_released(count.released);
      stored->set_carried_to(count.carried_to);
    }
  }
  return state;
}

absl::Status Budgets::Write(const Place* place) {
  v1::BudgetState state;
  {
    const MutexLock lock(&mutex_);
    state = ToState(place);
  }
  GARDEROBE_RETURN_IF_ERROR(WriteBudgetFile(path_, state));
  const MutexLock lock(&mutex_);
  for (const auto& stored : state.counts()) {
    counts_[stored.institution()].months()[stored.month()].kept = stored.used();
  }
  return absl::OkStatus();
}

absl::Status Budgets::Settle() {
  const MutexLock file_lock(&file_mutex_);
  {
    // Before the disk has less: nothing more is let through on the strength of
    // what it had.
    const MutexLock lock(&mutex_);
    for (auto& [institution, counts] : counts_) {
      for (auto& [month, count] : counts.months()) {
        count.kept = std::min(count.kept, count.used);
      }
    }
  }
  return Write(nullptr);
}

}  // namespace garderobe::ttp
