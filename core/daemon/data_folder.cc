#include "core/daemon/data_folder.h"

namespace garderobe {

absl::StatusOr<std::unique_ptr<Inventory>> CheckDataFolder(
    const Daemon& daemon, const std::string& keys_folder,
    Inventory::Places places) {
  GARDEROBE_RETURN_IF_ERROR(
      Annotate(daemon.CheckDisk(), daemon.config().data + " is not opened"));
  GARDEROBE_ASSIGN_OR_RETURN(auto inventory,
                             Inventory::Open(keys_folder, std::move(places)));
  GARDEROBE_RETURN_IF_ERROR(inventory->Check());
  GARDEROBE_RETURN_IF_ERROR(inventory->NoteFiles());
  return inventory;
}

absl::Status CheckStorage(const Daemon& daemon, const Store& store) {
  GARDEROBE_RETURN_IF_ERROR(daemon.CheckDisk());
  return store.Health();
}

}  // namespace garderobe
