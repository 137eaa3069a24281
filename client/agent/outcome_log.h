// What became of the rows that an agent has taken: lines of JSON, one or more a
// batch, appended and synced. Also what says after a crash where to go on.
//
// {"from": 1, "to": 8192, "at": 1794256800, "stored": 8190, "replaced": 0,
//  "refused_count": 2,
//  "refused": [{"row": 17, "column": "starts_at", "reason": "..."}, ...],
//  "stored_in_all": 8190, "refused_in_all": 2}
#ifndef GARDEROBE_CLIENT_AGENT_OUTCOME_LOG_H_
#define GARDEROBE_CLIENT_AGENT_OUTCOME_LOG_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/orders/order_line.h"
#include "core/base/mutex.h"
#include "core/base/status.h"

namespace garderobe::client {

struct BatchResult {
  uint64_t from = 0, to = 0;  // rows, both inclusive
  uint64_t at = 0;            // Unix seconds
  // Rows; of customers: customers. Those replaced too.
  uint64_t stored = 0;
  uint64_t replaced = 0;  // took the place of an earlier delivery
  // How many were refused. `refused` names them; fewer of a batch that was
  // answered for the second time, of which the aggregator names 256.
  uint64_t refused_count = 0;
  std::vector<Refusal> refused;  // `line` is the row
};

// Thread-safe. Keeps the latest `bytes_kept` at least, in two files.
class OutcomeLog {
 public:
  struct Totals {
    uint64_t to = 0;  // the last row that is told of
    uint64_t stored = 0, refused = 0;
    uint64_t at = 0;  // of the last batch; 0: there was none
  };
  // `path` and `path`.1 are its files. A last line that is not whole was told
  // to nobody, and is cut; another that can't be read is passed over.
  // Unavailable: they can't be read or written.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<OutcomeLog>> Open(
      const std::string& path, uint64_t bytes_kept = uint64_t{32} << 20);
  ~OutcomeLog();

  // `result.from` is the row after the last one. A result with many refusals
  // takes several lines. Unavailable: the disk does not take it, or the file
  // was deleted; nothing of it is kept then.
  [[nodiscard]] absl::Status Append(const BatchResult& result);
  Totals totals() const;

  struct Page {
    std::vector<std::string> lines;  // as they are kept, without the newline
    // The row before the first that is told of: `after`, or a later one when
    // what was asked for is not kept any more.
    uint64_t after = 0;
    uint64_t to = 0;  // the last one; `after` when there are no lines
  };
  // Batches of rows behind `after`, at most `batches_max`, and 1 MiB or so.
  [[nodiscard]] absl::StatusOr<Page> ReadAfter(uint64_t after,
                                               size_t batches_max) const;
  // Rows that were refused, of all from `from` to `to`, ascending, as far as
  // the log goes back.
  [[nodiscard]] absl::StatusOr<std::vector<uint64_t>> RefusedIn(
      uint64_t from, uint64_t to) const;

 private:
  // A file, with where some of its batches begin.
  struct Part {
    std::string path;
    uint64_t bytes = 0;
    std::vector<std::pair<uint64_t, uint64_t>> at;  // `from`, offset
  };
  explicit OutcomeLog(std::string path, uint64_t bytes_kept);
  [[nodiscard]] absl::Status Load(Part& part, bool is_newest)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  [[nodiscard]] absl::Status Turn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void NotePlace(Part& part, uint64_t from, uint64_t offset);

  const uint64_t bytes_kept_;
  mutable Mutex mutex_;
  Part older_ ABSL_GUARDED_BY(mutex_), newer_ ABSL_GUARDED_BY(mutex_);
  int file_ ABSL_GUARDED_BY(mutex_) = -1;
  Totals totals_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_OUTCOME_LOG_H_
