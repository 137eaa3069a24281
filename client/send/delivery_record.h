// What a delivery has come to so far, from all its threads.
#ifndef GARDEROBE_CLIENT_SEND_DELIVERY_RECORD_H_
#define GARDEROBE_CLIENT_SEND_DELIVERY_RECORD_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/send/delivery.h"
#include "client/send/journal.h"
#include "core/base/mutex.h"
#include "garderobe/v1/delivery.pb.h"

namespace garderobe::client {

// Thread-safe.
class DeliveryRecord {
 public:
  explicit DeliveryRecord(
      const std::function<void(const SendProgress&)>& progress)
      : progress_(progress) {}

  // How much of the file is read.
  void Read(uint64_t rows, uint64_t bytes, uint64_t bytes_total);
  // Why nothing moves; OK when it does.
  void Waiting(const absl::Status& status);

  // A row that is not sent.
  void RefuseRow(const Refusal& refusal);
  // What became of a batch of visits whose rows stand at `lines` in the file.
  // What was refused is noted in the journal too, when one is set.
  void TakeVisits(const v1::BatchOutcome& outcome,
                  const std::vector<uint64_t>& lines);
  // The same of relations; returns which rows were refused, and nothing when
  // the outcome does not say of all of them, or is only plaind's word.
  std::optional<std::vector<bool>> TakeRelations(
      const v1::BatchOutcome& outcome, const std::vector<uint64_t>& lines);

  // `journal` outlives the delivery's streams.
  void SetJournal(const Journal* journal);
  // What an earlier run was told of rows that it sent; returns their lines.
  std::vector<uint64_t> TakeEarlier(const Journal& journal);
  // Rows that the earlier run sent.
  void CountSkipped(uint64_t skipped);

  // Relations are held back by a budget.
  void WaitForBudget(std::string why);
  bool waits_for_budget() const;
  // Of so many that were pushed.
  void CountWaiting(uint64_t pushed);

  // Sets what is known once and for all.
  void Set(const std::function<void(SendReport&)>& set);
  // The report; what was refused in the order of lines.
  SendReport Take();

 private:
  void Refuse(Refusal refusal) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Tell() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Nothing hinders any more.
  void GoesOn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::function<void(const SendProgress&)>& progress_;
  mutable Mutex mutex_;
  SendReport report_ ABSL_GUARDED_BY(mutex_);
  SendProgress now_ ABSL_GUARDED_BY(mutex_);
  uint64_t earlier_refused_ ABSL_GUARDED_BY(mutex_) = 0;
  const Journal* journal_ ABSL_GUARDED_BY(mutex_) = nullptr;  // not owned
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_DELIVERY_RECORD_H_
