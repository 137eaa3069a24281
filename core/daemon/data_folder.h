// Checks disk and inventory before a store is opened, and disk and store while
// it is used.
#ifndef GARDEROBE_CORE_DAEMON_DATA_FOLDER_H_
#define GARDEROBE_CORE_DAEMON_DATA_FOLDER_H_

#include <memory>
#include <string>

#include "core/daemon/daemon.h"
#include "core/store/inventory.h"
#include "core/store/store.h"

namespace garderobe {

// Before anything in the data directory is opened: opening a store writes.
// ResourceExhausted: the disk is full. FailedPrecondition: something is missing
// that the inventory in `keys_folder` notes. Unavailable: the inventory does
// not read. DataLoss: it is damaged.
[[nodiscard]] absl::StatusOr<std::unique_ptr<Inventory>> CheckDataFolder(
    const Daemon& daemon, const std::string& keys_folder,
    Inventory::Places places);

// ResourceExhausted: the disk is full. DataLoss: the store is damaged. A daemon
// is not ready then.
[[nodiscard]] absl::Status CheckStorage(const Daemon& daemon,
                                        const Store& store);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_DATA_FOLDER_H_
