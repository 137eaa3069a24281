#include "client/agent/segment_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace garderobe::client {

absl::Status DiskFault(std::string_view what, const std::string& path) {
  return Unavailable("cannot {} {}: {}", what, path, std::strerror(errno));
}

absl::StatusOr<std::string> ReadAt(int file, uint64_t at, size_t count) {
  std::string bytes(count, '\0');
  size_t filled = 0;
  while (filled < count) {
    const ssize_t got = pread(file, bytes.data() + filled, count - filled,
                              static_cast<off_t>(at + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return DiskFault("read", "the spool");
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

absl::StatusOr<std::optional<FoundRecord>> SegmentFile::At(uint64_t at,
                                                           bool opens) const {
  if (at + kRecordHeadBytes > end_) return std::nullopt;
  GARDEROBE_ASSIGN_OR_RETURN(const std::string head,
                             ReadAt(file_, at, kRecordHeadBytes));
  size_t rest_bytes = 0;
  const auto record = ReadRecordHead(head, &rest_bytes);
  if (!record || at + kRecordHeadBytes + rest_bytes > end_) {
    return std::nullopt;
  }
  FoundRecord found{at, kRecordHeadBytes + rest_bytes, *record, std::nullopt};
  if (opens) {
    GARDEROBE_ASSIGN_OR_RETURN(
        const std::string rest,
        ReadAt(file_, at + kRecordHeadBytes, rest_bytes));
    found.rows = OpenRecord(key_, institution_, head, rest);
  }
  return found;
}

absl::StatusOr<std::optional<FoundRecord>> SegmentFile::NextWhole(
    uint64_t at, uint64_t after) const {
  for (uint64_t from = at + 1; from + kRecordHeadBytes <= end_;) {
    GARDEROBE_ASSIGN_OR_RETURN(const std::string bytes,
                               ReadAt(file_, from, kLookBytes));
    for (size_t i = 0; i + kRecordHeadBytes <= bytes.size(); ++i) {
      size_t rest = 0;
      const auto record = ReadRecordHead(
          std::string_view(bytes).substr(i, kRecordHeadBytes), &rest);
      if (!record || record->first_row < after ||
          record->first_row > after + kRowsFarthest ||
          record->rows > kRowsFarthest ||
          from + i + kRecordHeadBytes + rest > end_) {
        continue;
      }
      GARDEROBE_ASSIGN_OR_RETURN(auto found, At(from + i, /*opens=*/true));
      if (found && found->rows) return found;
    }
    if (bytes.size() < kRecordHeadBytes) break;
    from += bytes.size() - kRecordHeadBytes + 1;
  }
  return std::nullopt;
}

}  // namespace garderobe::client
