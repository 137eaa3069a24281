// What an agent keeps for one institution: the rows it has taken, what became
// of those that were delivered, and what hinders the rest.
#ifndef GARDEROBE_CLIENT_AGENT_INSTITUTION_QUEUE_H_
#define GARDEROBE_CLIENT_AGENT_INSTITUTION_QUEUE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "client/agent/outcome_log.h"
#include "client/agent/spool.h"
#include "client/send/feed_options.h"
#include "client/send/journal.h"
#include "core/base/folder_lock.h"
#include "core/base/mutex.h"

namespace garderobe::client {

// Visits go first; the customers of rows whose visits are stored follow.
enum class Flow : uint8_t { kVisits, kRelations };

struct QueueStatus {
  uint64_t taken = 0;              // rows, those refused too
  uint64_t waiting = 0;            // rows whose visits are not delivered
  uint64_t customers_waiting = 0;  // rows whose customers are not
  uint64_t stored = 0, refused = 0;
  uint64_t spool_bytes = 0;
  // Unix seconds. Everything that was taken before is delivered, customers too;
  // nothing when that can't be told.
  std::optional<uint64_t> complete_until;
  uint64_t last_stored_at = 0;  // when a batch was last answered; 0: never
  std::array<std::string, 2> hindered_by;  // by flow; empty: nothing hinders
};

// Thread-safe.
class InstitutionQueue {
 public:
  // `folder` is this institution's alone. Holds the locks of folder and feed
  // until destruction. Where the files contradict each other, because some of
  // them were lost, rows that must have been delivered count as told of.
  // Unavailable: another agent has the folder. Errors of Spool::Open,
  // OutcomeLog::Open, Journal::Open and ReadSecret.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<InstitutionQueue>> Open(
      const FeedOptions& feed, const std::string& folder,
      const SpoolOptions& limits);

  const std::string& institution() const { return feed_.institution; }
  // How a flow is delivered.
  FeedOptions FeedOf(Flow flow) const;
  const std::string& place() const { return journal_.place; }
  std::string ledger_path() const { return folder_ + "/relations"; }
  Spool& spool() { return *spool_; }
  // What became of rows, by flow.
  OutcomeLog& outcomes(Flow flow) { return *outcomes_[Index(flow)]; }
  const OutcomeLog& outcomes(Flow flow) const {
    return *outcomes_[Index(flow)];
  }

  // The last row whose `flow` is delivered, and how many more there are.
  uint64_t delivered(Flow flow) const;
  uint64_t waiting(Flow flow) const;
  // When the oldest row that waits was taken, Unix seconds; nothing when none
  // waits.
  std::optional<uint64_t> OldestWaiting(Flow flow) const;

  void SetHindered(Flow flow, std::string why);
  // Deletes what both flows have delivered.
  [[nodiscard]] absl::Status Forget();
  QueueStatus Status() const;

 private:
  static size_t Index(Flow flow) { return static_cast<size_t>(flow); }
  InstitutionQueue(FeedOptions feed, std::string folder, FolderLock lock,
                   Journal journal)
      : feed_(std::move(feed)),
        folder_(std::move(folder)),
        lock_(std::move(lock)),
        journal_(std::move(journal)) {}
  // Notes rows up to `to` as stored: the other flow proves that they were
  // delivered, and what was told of them is lost.
  [[nodiscard]] absl::Status TellBefore(Flow flow, uint64_t to);

  const FeedOptions feed_;
  const std::string folder_;
  const FolderLock lock_;
  const Journal journal_;
  std::unique_ptr<Spool> spool_;
  std::array<std::unique_ptr<OutcomeLog>, 2> outcomes_;

  mutable Mutex mutex_;
  std::array<std::string, 2> hindered_by_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_INSTITUTION_QUEUE_H_
