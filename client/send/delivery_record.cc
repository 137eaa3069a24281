#include "client/send/delivery_record.h"

#include <algorithm>
#include <utility>

namespace garderobe::client {

void DeliveryRecord::Tell() {
  if (progress_) progress_(now_);
}

void DeliveryRecord::GoesOn() {
  if (now_.waiting_for.empty()) return;
  now_.waiting_for.clear();
  Tell();
}

void DeliveryRecord::Read(uint64_t rows, uint64_t bytes, uint64_t bytes_total) {
  const MutexLock lock(&mutex_);
  now_.rows = rows;
  now_.bytes = bytes;
  now_.bytes_total = bytes_total;
  Tell();
}

void DeliveryRecord::Waiting(const absl::Status& status) {
  const MutexLock lock(&mutex_);
  now_.waiting_for = status.ok() ? "" : std::string(Message(status));
  Tell();
}

void DeliveryRecord::Refuse(Refusal refusal) {
  if (report_.refused.size() < SendReport::kRefusalsMax) {
    report_.refused.push_back(std::move(refusal));
  }
}

void DeliveryRecord::RefuseRow(const Refusal& refusal) {
  const MutexLock lock(&mutex_);
  ++report_.visits_refused;
  Refuse(refusal);
}

void DeliveryRecord::TakeVisits(const v1::BatchOutcome& outcome,
                                const std::vector<uint64_t>& lines) {
  const MutexLock lock(&mutex_);
  GoesOn();
  ++report_.batches;
  report_.visits_accepted += outcome.accepted();
  report_.visits_replaced += outcome.replaced();
  report_.visits_refused += outcome.count() - outcome.accepted();
  for (const auto& row : outcome.refused()) {
    if (row.index() >= lines.size()) continue;
    Refusal refusal{lines[row.index()], row.column(), row.reason()};
    if (journal_ != nullptr) journal_->NoteRefusal(refusal);
    Refuse(std::move(refusal));
  }
}

std::optional<std::vector<bool>> DeliveryRecord::TakeRelations(
    const v1::BatchOutcome& outcome, const std::vector<uint64_t>& lines) {
  const MutexLock lock(&mutex_);
  GoesOn();
  ++report_.batches;
  if (outcome.signature().empty()) {
    report_.relations_unconfirmed += outcome.count();
    return std::nullopt;
  }
  report_.relations_accepted += outcome.accepted();
  report_.relations_refused += outcome.count() - outcome.accepted();
  std::vector<bool> refused(lines.size());
  for (const auto& row : outcome.refused()) {
    if (row.index() >= lines.size()) continue;
    refused[row.index()] = true;
    Refuse({lines[row.index()], row.column(), row.reason()});
  }
  const auto named = static_cast<uint32_t>(outcome.refused_size());
  if (named != outcome.count() - outcome.accepted()) return std::nullopt;
  return refused;
}

void DeliveryRecord::SetJournal(const Journal* journal) {
  const MutexLock lock(&mutex_);
  journal_ = journal;
}

std::vector<uint64_t> DeliveryRecord::TakeEarlier(const Journal& journal) {
  const MutexLock lock(&mutex_);
  report_.resumed = true;
  std::vector<uint64_t> lines;
  for (Refusal& refusal : journal.Refusals()) {
    ++earlier_refused_;
    lines.push_back(refusal.line);
    Refuse(std::move(refusal));
  }
  return lines;
}

void DeliveryRecord::CountSkipped(uint64_t skipped) {
  const MutexLock lock(&mutex_);
  const uint64_t refused = std::min(skipped, earlier_refused_);
  report_.visits_accepted += skipped - refused;
  report_.visits_refused += refused;
}

void DeliveryRecord::WaitForBudget(std::string why) {
  const MutexLock lock(&mutex_);
  report_.why_waiting = std::move(why);
}

bool DeliveryRecord::waits_for_budget() const {
  const MutexLock lock(&mutex_);
  return !report_.why_waiting.empty();
}

void DeliveryRecord::CountWaiting(uint64_t pushed) {
  const MutexLock lock(&mutex_);
  if (report_.why_waiting.empty()) return;
  report_.relations_waiting = pushed - report_.relations_accepted -
                              report_.relations_refused -
                              report_.relations_unconfirmed;
}

void DeliveryRecord::Set(const std::function<void(SendReport&)>& set) {
  const MutexLock lock(&mutex_);
  set(report_);
}

SendReport DeliveryRecord::Take() {
  const MutexLock lock(&mutex_);
  std::stable_sort(
      report_.refused.begin(), report_.refused.end(),
      [](const auto& a, const auto& b) { return a.line < b.line; });
  return std::move(report_);
}

}  // namespace garderobe::client
