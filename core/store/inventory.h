// What a party has stored, noted beside its keys: so that a folder that was
// emptied, or that belongs to other keys, is not taken for a fresh start.
//
// Stored, never change: the file `data-inventory` in the folder of the keys is
// a checked file of the kind "data-inventory"; each line is a name, a space and
// an id, which is "-" for what has none.
#ifndef GARDEROBE_CORE_STORE_INVENTORY_H_
#define GARDEROBE_CORE_STORE_INVENTORY_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/status.h"

namespace garderobe {

// Thread-safe.
class Inventory {
 public:
  // Path of each part, by its name in the inventory: {"store", "data/store"},
  // {"register.pb", "data/register.pb"}.
  using Places = std::map<std::string, std::string>;

  // Reads what is noted in the folder of the keys. Unavailable: it does not
  // read. DataLoss: it is damaged.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Inventory>> Open(
      const std::string& keys_folder, Places places);

  // FailedPrecondition: something that is noted is not there any more; names it
  // and says what to do.
  [[nodiscard]] absl::Status Check() const;
  // Notes the files that are there by now. A store is noted by its id instead.
  // Unavailable: the disk does not take it.
  [[nodiscard]] absl::Status NoteFiles();
  // Notes the id of the store `name`. FailedPrecondition: another one is noted.
  [[nodiscard]] absl::Status NoteStore(const std::string& name,
                                       const std::string& id);
  // Takes out what is noted and not there any more, and returns the places.
  // FailedPrecondition: nothing is missing. Errors of Open.
  [[nodiscard]] static absl::StatusOr<std::vector<std::string>> GiveUpMissing(
      const std::string& keys_folder, const Places& places);

 private:
  using Ids = std::map<std::string, std::string>;  // by name
  Inventory(std::string path, Places places)
      : path_(std::move(path)), places_(std::move(places)) {}
  // Writes and then takes over; nothing where there is no change.
  [[nodiscard]] absl::Status Replace(Ids ids)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  const Places places_;
  mutable Mutex mutex_;
  Ids ids_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_STORE_INVENTORY_H_
