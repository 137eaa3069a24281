// What a store's folder must hold before RocksDB may open it. RocksDB changes
// the folder while it opens, and takes some losses for what was never there.
#ifndef GARDEROBE_CORE_STORE_STORE_CHECK_H_
#define GARDEROBE_CORE_STORE_STORE_CHECK_H_

#include <optional>
#include <string>

#include "core/base/status.h"
#include "core/store/synced_mark.h"

namespace garderobe {

struct StoreFolder {
  bool is_new = false;  // there is no store yet
  // What the opened store must hold; nullopt when there is no mark.
  std::optional<SyncedMark> mark;
};

// Reads the mark, the manifest and the logs, and changes nothing. A log or
// manifest whose end was torn while it was written, beyond what was synced, is
// in order; it is told in the log of the daemon. Where a log has such an end,
// all of them are replayed, which takes as much memory as they have bytes.
// DataLoss: the mark is damaged, CURRENT or the manifest is missing, or a log
// or the manifest is damaged where intact records follow or where it was synced
// already. The message names the file and the place in it.
[[nodiscard]] absl::StatusOr<StoreFolder> CheckStoreFolder(
    const std::string& folder);

// DataLoss: less was found than `before` promised. `sequence`: of the last
// write that the opened store knows.
[[nodiscard]] absl::Status CheckOpenedStore(const std::string& folder,
                                            const StoreFolder& before,
                                            uint64_t sequence);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_STORE_STORE_CHECK_H_
