// Reads a log or a manifest of RocksDB, which share one format, and tells up to
// where it is intact. RocksDB's own reader takes some damage for the end of the
// log: a length beyond the end of the file, one flipped bit in the type of a
// record, or zeros. What follows is then left out without a word.
#ifndef GARDEROBE_CORE_STORE_LOG_SCAN_H_
#define GARDEROBE_CORE_STORE_LOG_SCAN_H_

#include <cstdint>
#include <string>

#include "core/base/status.h"

namespace garderobe {

struct LogScan {
  uint64_t file_bytes = 0;
  // Up to the end of the last whole record before the first damage.
  uint64_t intact_bytes = 0;
  // Whether an intact record follows the damage: then it is no torn tail.
  bool goes_on = false;
};

// Unavailable: the file does not open or does not read.
[[nodiscard]] absl::StatusOr<LogScan> ScanLog(const std::string& path);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_STORE_LOG_SCAN_H_
