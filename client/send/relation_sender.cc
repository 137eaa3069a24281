#include "client/send/relation_sender.h"

#include "core/rpc/status_conversion.h"

namespace garderobe::client {
namespace {
constexpr size_t kRelationRows = 500;
}

RelationSender::RelationSender(const InstitutionHandleKey& key,
                               const std::vector<std::string>& own_domains,
                               std::string ledger, bool all,
                               DeliveryRecord& record)
    : ledger_path_(std::move(ledger)),
      record_(record),
      digester_(key, own_domains),
      customers_(own_domains) {
  if (!all) ledger_ = RelationLedger::Load(ledger_path_);
  const MutexLock lock(&mutex_);
  delivered_ = ledger_;
}

absl::Status RelationSender::Send(
    RelationRoute& route,
    const std::function<bool(const Handle&)>& has_visits) {
  std::string scratch;
  for (size_t i = 0; i < customers_.size(); ++i) {
    const auto& [handle, line, row] = customers_.At(i, &scratch);
    if (!has_visits(handle)) continue;
    const uint64_t said =
        RelationLedger::Said(digester_.Digest(line), QuarterOfSale(line));
    if (ledger_.Has(handle, said)) continue;
    ledger_.Put(handle, said);
    route.Add(line, handle);
    next_->delivered.emplace_back(handle, said);
    next_->lines.push_back(row);
    if (next_->lines.size() < kRelationRows) continue;
    GARDEROBE_RETURN_IF_ERROR(Flush(route));
  }
  customers_.Clear();
  return Flush(route);
}

absl::Status RelationSender::Flush(RelationRoute& route) {
  if (next_->lines.empty()) return absl::OkStatus();
  const auto tag = std::exchange(next_, std::make_shared<Tag>());
  pushed_ += tag->lines.size();
  if (record_.waits_for_budget()) {
    route.Drop();
    return absl::OkStatus();
  }
  return UnlessBudget(route.Push(tag));
}

absl::Status RelationSender::Finish(RelationRoute& route) {
  GARDEROBE_RETURN_IF_ERROR(UnlessBudget(route.Finish()));
  record_.CountWaiting(pushed_);
  return absl::OkStatus();
}

absl::Status RelationSender::UnlessBudget(const absl::Status& status) {
  if (ReasonOf(status) != "BUDGET_USED_UP") return status;
  record_.WaitForBudget(std::string(Message(status)));
  return absl::OkStatus();
}

void RelationSender::TakeOutcome(const v1::BatchOutcome& outcome,
                                 std::shared_ptr<void> tag) {
  const auto batch = std::static_pointer_cast<Tag>(tag);
  const auto refused = record_.TakeRelations(outcome, batch->lines);
  // What was refused goes again when it comes again; so does everything when
  // the answer does not name all that was refused.
  if (!refused) return;
  const MutexLock lock(&mutex_);
  for (size_t i = 0; i < batch->delivered.size(); ++i) {
    const auto& [handle, said] = batch->delivered[i];
    if (!(*refused)[i]) delivered_.Put(handle, said);
  }
}

void RelationSender::Save() {
  const MutexLock lock(&mutex_);
  (void)delivered_.Save(ledger_path_);
}

}  // namespace garderobe::client
