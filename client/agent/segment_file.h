// One file of a spool, read record by record, also where it was damaged.
#ifndef GARDEROBE_CLIENT_AGENT_SEGMENT_FILE_H_
#define GARDEROBE_CLIENT_AGENT_SEGMENT_FILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/agent/spool_segment.h"
#include "core/base/status.h"

namespace garderobe::client {

// Unavailable, with what errno says of `path`.
[[nodiscard]] absl::Status DiskFault(std::string_view what,
                                     const std::string& path);

// Up to `count` bytes at `at`; fewer at the end of the file. Unavailable: the
// disk does not give them.
[[nodiscard]] absl::StatusOr<std::string> ReadAt(int file, uint64_t at,
                                                 size_t count);

// What stands at a place of a file: the head of a record, which may lie, and
// the rows, where it opens.
struct FoundRecord {
  uint64_t at = 0, bytes = 0;
  SpoolRecord record;
  std::optional<std::vector<AgentRow>> rows;
};

// A file of a spool, up to `end`.
class SegmentFile {
 public:
  SegmentFile(int file, uint64_t end, const SpoolKey& key,
              std::string_view institution)
      : file_(file), end_(end), key_(key), institution_(institution) {}

  // The record at `at`; nothing when none ends within the file. `opens`:
  // whether the rows are wanted.
  [[nodiscard]] absl::StatusOr<std::optional<FoundRecord>> At(uint64_t at,
                                                              bool opens) const;
  // The first record behind `at` that opens; nothing when there is none. For
  // what was damaged: looks at every byte, and tries to open what could be a
  // head of a row behind `after`.
  [[nodiscard]] absl::StatusOr<std::optional<FoundRecord>> NextWhole(
      uint64_t at, uint64_t after) const;

 private:
  static constexpr size_t kLookBytes = 1 << 20;
  // More rows are in no file.
  static constexpr uint64_t kRowsFarthest = 10'000'000;

  const int file_;
  const uint64_t end_;
  const SpoolKey& key_;
  const std::string_view institution_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_SEGMENT_FILE_H_
