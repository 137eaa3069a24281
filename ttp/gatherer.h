// Gathers converted relations of several clients into one batch for the
// vault, in random order: the batch is the crowd in which a row hides
// (protocol.md, 3).
#ifndef GARDEROBE_TTP_GATHERER_H_
#define GARDEROBE_TTP_GATHERER_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>
#include <vector>

#include "core/base/mutex.h"
#include "ttp/converter.h"
#include "ttp/upstream.h"

namespace garderobe::ttp {

// Thread-safe. `io` and `upstream` outlive it.
class Gatherer {
 public:
  // Ciphertexts of P and H to the aggregator, 128 bytes a row, in the order
  // of the rows that were added.
  using Done = std::function<void(absl::StatusOr<std::string> pseudonyms)>;

  struct Options {
    size_t rows = 500;                       // enough to go at once
    std::chrono::milliseconds wait{60'000};  // else what came in this time
  };
  Gatherer(boost::asio::io_context& io, Upstream& upstream, Options options)
      : upstream_(upstream), options_(options), timer_(io) {}

  // Calls `done` once the vault has synced, on one of gRPC's threads.
  // InvalidArgument: the vault refused a row of these; names the record.
  void Add(std::vector<ConvertedRelation> rows, Done done);
  // Sends what waits at once, from now on always: the daemon is ending.
  void Flush();

 private:
  struct Entry {
    std::vector<ConvertedRelation> rows;
    Done done;
  };
  using Entries = std::vector<Entry>;
  void SetTimer() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What waits, which begins anew.
  std::shared_ptr<Entries> Take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Send(std::shared_ptr<Entries> entries);

  Upstream& upstream_;
  const Options options_;
  Mutex mutex_;
  boost::asio::steady_timer timer_ ABSL_GUARDED_BY(mutex_);
  bool timer_set_ ABSL_GUARDED_BY(mutex_) = false;
  // Of what waits: a timer that was set for an earlier one means nothing.
  uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
  bool flushing_ ABSL_GUARDED_BY(mutex_) = false;
  Entries waiting_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_rows_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_GATHERER_H_
