// The crowd in which a relation hides on its way to the vault (protocol.md, 4).
//
// Rows of several clients wait together. When enough of them from enough
// institutions are there, or the first has waited for long enough, most go, in
// random order; each stays behind with probability one in four, for a later
// crowd, but never beyond its wait. A client's batch is cut and mixed, and is
// answered when all of its rows are.
#ifndef GARDEROBE_TTP_POOL_H_
#define GARDEROBE_TTP_POOL_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/mutex.h"
#include "core/conversion/order.h"
#include "core/conversion/rows.h"
#include "ttp/converter.h"

namespace garderobe::ttp {

// A row on its way to the vault, and what proves its conversion, if that is
// kept.
struct PooledRow {
  Rerandomised<VaultRow> row;
  RowTracePtr trace;
};

// Thread-safe. `io` outlives it.
class Pool {
 public:
  using Done =
      std::function<void(absl::StatusOr<InClientOrder<VaultAnswer>> answers)>;
  // Sends a crowd to the vault and calls back with an answer a row, in the
  // crowd's order. The traces have that order, too, and are not for the vault.
  using Crowd = Shuffled<Rerandomised<VaultRow>>;
  using Traces = std::vector<RowTracePtr>;
  using Answered =
      std::function<void(absl::StatusOr<std::vector<VaultAnswer>> answers)>;
  using Send =
      std::function<void(const Crowd& crowd, Traces traces, Answered answered)>;

  struct Options {
    size_t rows = 500;        // of all institutions together
    size_t institutions = 3;  // of which they must be
    std::chrono::milliseconds wait{3'600'000};
    // Beyond so many the crowd goes whatever it is made of: memory is bounded.
    size_t waiting_rows_max = 200'000;
    size_t crowd_rows_max = 4000;  // in one call
  };
  Pool(boost::asio::io_context& io, Send send, Options options)
      : send_(std::move(send)), options_(options), timer_(io) {}

  // Calls `done` once the vault has synced all of the rows, or for the first
  // error that it gave for some of them; then the others are not sent.
  void Add(const std::string& institution, std::vector<PooledRow> rows,
           Done done);
  // Answers what waits with Unavailable, and what is added from now on: the
  // daemon is ending. Nothing is sent, for it would go without its crowd.
  void Stop();

  size_t waiting_rows() const {
    const MutexLock lock(&mutex_);
    return waiting_.size();
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Batch;
  using BatchPtr = std::shared_ptr<Batch>;
  struct Waiting {
    BatchPtr batch;
    size_t place;  // in the batch
    PooledRow pooled;
    Clock::time_point deadline;
  };
  // Rows that leave together.
  using Leaving = std::vector<Waiting>;

  bool is_stopped() const {
    const MutexLock lock(&mutex_);
    return stopped_;
  }
  bool IsCrowd() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes the rows that leave now; none: it is not time.
  Leaving Take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetTimer() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Sends as long as there is a crowd.
  void SendCrowds();
  void SendOne(Leaving leaving);

  const Send send_;
  const Options options_;
  mutable Mutex mutex_;
  boost::asio::steady_timer timer_ ABSL_GUARDED_BY(mutex_);
  // In the order of their deadlines.
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_POOL_H_
