// The rows that an agent has taken for one institution and not delivered yet:
// numbered from 1, synced before they are acknowledged, forgotten when they are
// delivered.
#ifndef GARDEROBE_CLIENT_AGENT_SPOOL_H_
#define GARDEROBE_CLIENT_AGENT_SPOOL_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/agent/spool_segment.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/base/status.h"

namespace garderobe::client {

class SegmentFile;

struct SpoolOptions {
  std::string folder;  // of this institution alone; made where it is not there
  std::string institution;
  uint64_t next_row = 1;  // of a spool that is empty
  // A request that would make the spool larger, or leave less free on the
  // disk, is refused. Nothing that was taken is ever dropped for room.
  uint64_t bytes_max = uint64_t{10} << 30;
  uint64_t free_bytes_min = uint64_t{512} << 20;
  uint64_t segment_bytes = uint64_t{16} << 20;
  UnixClock clock = UnixSeconds;
};

// Thread-safe. Appends that come at the same time share one sync.
class Spool {
 public:
  // Finds what is there. The end of the newest file, where no record follows
  // that can be read, is what a kill has left in the middle of a write, or was
  // damaged: it is put aside as `.torn`, and its rows, as far as its head tells
  // how many, are told as damaged, so that no number is given twice.
  // FailedPrecondition: the rows that are there were kept with another key.
  // Unavailable: the folder can't be read or written.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Spool>> Open(
      SpoolOptions options, SpoolKey key);
  ~Spool();

  // Takes rows and returns the number of the first; they are on the disk then.
  // ResourceExhausted: the spool is full, or the disk nearly. Unavailable: the
  // disk does not take them. Nothing of them is kept with either.
  [[nodiscard]] absl::StatusOr<uint64_t> Append(std::vector<AgentRow> rows);

  // What was odd about the files when they were opened, a sentence each.
  const std::vector<std::string>& findings() const { return findings_; }

  // The number behind the last row that is synced; rows of appends that are
  // under way may have it and higher ones.
  uint64_t next_row() const;
  // The oldest row that is kept; next_row() when none is.
  uint64_t first_row() const;
  uint64_t bytes() const;
  // When the row was taken, Unix seconds, within half a minute; nothing when it
  // is not kept.
  std::optional<uint64_t> TakenAt(uint64_t row) const;

  // Deletes files all of whose rows lie below `row`, the newest too.
  // Unavailable: one can't be deleted; it is tried again the next time.
  [[nodiscard]] absl::Status ForgetBelow(uint64_t row);

 private:
  friend class SpoolReader;
  struct Segment {
    uint64_t first_row = 0, end_row = 0;
    uint64_t bytes = 0;  // synced
    std::string path;
    // Up to which row, and from when on, in Unix seconds; in steps.
    std::vector<std::pair<uint64_t, uint64_t>> taken;
    void Note(uint64_t end, uint64_t taken_at);
  };
  // An append that waits for its sync.
  struct Waiting {
    std::string record;
    uint64_t first_row = 0;
    uint32_t rows = 0;
    uint64_t taken_at = 0;
    bool is_done = false;
    absl::Status status;
  };

  Spool(SpoolOptions options, SpoolKey key)
      : options_(std::move(options)), key_(std::move(key)) {}
  [[nodiscard]] absl::Status Load();
  [[nodiscard]] absl::Status CheckKey(bool has_rows) const;
  [[nodiscard]] absl::Status LoadSegment(const std::string& path,
                                         bool is_newest);
  // Puts what stands behind the last whole record aside, and counts its rows.
  [[nodiscard]] absl::Status CutTorn(int file, uint64_t at, uint64_t size,
                                     const SegmentFile& records,
                                     Segment* segment);
  [[nodiscard]] absl::Status CheckRoom(uint64_t bytes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Opens the file that the next rows go to. Called by the one that writes.
  [[nodiscard]] absl::Status OpenNewest(uint64_t first_row);
  [[nodiscard]] absl::Status WriteSynced(const std::string& bytes);

  const SpoolOptions options_;
  const SpoolKey key_;
  std::vector<std::string> findings_;  // complete when it is open

  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Segment> segments_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_row_ ABSL_GUARDED_BY(mutex_) = 1;    // also those that wait
  uint64_t synced_end_ ABSL_GUARDED_BY(mutex_) = 1;  // row after the last
  uint64_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<Waiting*> waiting_ ABSL_GUARDED_BY(mutex_);
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;

  // The newest file, open for appending, for the one that writes; -1: none.
  int newest_ = -1;
  uint64_t newest_bytes_ = 0;
};

// Rows of a spool, in order. Not thread-safe; the spool outlives it.
class SpoolReader {
 public:
  // Reads from `row` on. Rows that no file holds any more come as damaged.
  SpoolReader(Spool& spool, uint64_t row) : spool_(spool), next_row_(row) {}
  ~SpoolReader();

  struct Batch {
    uint64_t first_row = 0;
    // Rows that can't be read any more, because the file was damaged, have the
    // reason SPOOL_DAMAGED.
    std::vector<AgentRow> rows;
  };
  // The next rows that are synced; nothing when there are none yet.
  // Unavailable: the disk can't be read.
  [[nodiscard]] absl::StatusOr<std::optional<Batch>> Read();

 private:
  // False: the file is gone.
  [[nodiscard]] absl::StatusOr<bool> Enter(const Spool::Segment& segment);
  Batch Damaged(uint64_t end_row);

  Spool& spool_;
  uint64_t next_row_;
  int file_ = -1;
  std::string path_;
  uint64_t at_ = 0;  // in the file
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_SPOOL_H_
