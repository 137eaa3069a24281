#include "client/agent/institution_queue.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/base/clock.h"
#include "core/keys/key_file.h"

namespace garderobe::client {
namespace {
// How long to wait for a `send` of the same feed; another agent holds the
// journal for as long as it runs.
constexpr int kPatienceSeconds = 2;
}  // namespace

absl::StatusOr<std::unique_ptr<InstitutionQueue>> InstitutionQueue::Open(
    const FeedOptions& feed, const std::string& folder,
    const SpoolOptions& limits) {
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto key,
      ReadSecret<InstitutionHandleKey>(feed.handle_key, "institution-handle"));
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  auto lock = FolderLock::Take(folder);
  if (!lock.ok()) {
    return Annotate(lock.status(),
                    "is another agent running? " + feed.institution);
  }
  auto journal = Journal::Open(feed.state, feed.institution + "." + feed.source,
                               kPatienceSeconds);
  if (!journal.ok()) return Annotate(journal.status(), feed.institution);
  std::unique_ptr<InstitutionQueue> queue(new InstitutionQueue(
      feed, folder, *std::move(lock), *std::move(journal)));
  const std::string names[] = {folder + "/outcomes", folder + "/customers"};
  for (size_t i = 0; i < 2; ++i) {
    GARDEROBE_ASSIGN_OR_RETURN(queue->outcomes_[i], OutcomeLog::Open(names[i]));
  }
  // Customers follow their visits.
  GARDEROBE_RETURN_IF_ERROR(
      queue->TellBefore(Flow::kVisits, queue->delivered(Flow::kRelations)));
  SpoolOptions options = limits;
  options.folder = folder;
  options.institution = feed.institution;
  options.next_row = queue->delivered(Flow::kVisits) + 1;
  GARDEROBE_ASSIGN_OR_RETURN(queue->spool_,
                             Spool::Open(options, DeriveSpoolKey(key)));
  return queue;
}

absl::Status InstitutionQueue::TellBefore(Flow flow, uint64_t to) {
  const uint64_t done = delivered(flow);
  if (done >= to) return absl::OkStatus();
  BatchResult result;
  result.from = done + 1;
  result.to = to;
  result.at = UnixSeconds();
  result.stored = to - done;
  return outcomes(flow).Append(result);
}

FeedOptions InstitutionQueue::FeedOf(Flow flow) const {
  FeedOptions feed = feed_;
  // Both flows run at the same time.
  feed.book = folder_ +
              (flow == Flow::kVisits ? "/signed.visits" : "/signed.customers");
  return feed;
}

uint64_t InstitutionQueue::delivered(Flow flow) const {
  return outcomes(flow).totals().to;
}

uint64_t InstitutionQueue::waiting(Flow flow) const {
  const uint64_t done = delivered(flow);
  const uint64_t last =
      flow == Flow::kVisits ? spool_->next_row() - 1 : delivered(Flow::kVisits);
  return last > done ? last - done : 0;
}

std::optional<uint64_t> InstitutionQueue::OldestWaiting(Flow flow) const {
  if (waiting(flow) == 0) return std::nullopt;
  return spool_->TakenAt(delivered(flow) + 1);
}

void InstitutionQueue::SetHindered(Flow flow, std::string why) {
  const MutexLock lock(&mutex_);
  hindered_by_[Index(flow)] = std::move(why);
}

absl::Status InstitutionQueue::Forget() {
  return spool_->ForgetBelow(
      std::min(delivered(Flow::kVisits), delivered(Flow::kRelations)) + 1);
}

QueueStatus InstitutionQueue::Status() const {
  QueueStatus status;
  const auto visits = outcomes(Flow::kVisits).totals();
  status.taken = spool_->next_row() - 1;
  status.waiting = waiting(Flow::kVisits);
  status.customers_waiting = waiting(Flow::kRelations);
  status.stored = visits.stored;
  status.refused = visits.refused;
  status.last_stored_at = visits.at;
  status.spool_bytes = spool_->bytes();
  if (status.waiting + status.customers_waiting == 0) {
    status.complete_until = UnixSeconds();
  } else {
    status.complete_until = spool_->TakenAt(
        std::min(delivered(Flow::kVisits), delivered(Flow::kRelations)) + 1);
  }
  const MutexLock lock(&mutex_);
  status.hindered_by = hindered_by_;
  return status;
}

}  // namespace garderobe::client
