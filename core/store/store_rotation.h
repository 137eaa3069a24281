// Changes a store as a whole, from one epoch of the conversion scalars to the
// next (protocol.md, 9).
#ifndef GARDEROBE_CORE_STORE_STORE_ROTATION_H_
#define GARDEROBE_CORE_STORE_STORE_ROTATION_H_

#include <functional>
#include <string>
#include <vector>

#include "core/store/store.h"

namespace garderobe {

// A store that nobody has open.
struct RotatedStore {
  std::string path;
  std::vector<std::string> families;
  StoreOptions options;  // without epoch and inventory
};

// The epoch of the store. Errors of Store::Open; FailedPrecondition: there is
// none.
[[nodiscard]] absl::StatusOr<uint32_t> EpochOf(const RotatedStore& rotated);

// Brings the store from the epoch before `epoch` to `epoch`. Has `rewrite`
// change a copy of the store, notes the epoch there, writes the families
// `changed` again, so that nothing of before is in their tables, and exchanges
// copy and store in one step. Killed before that step, the same call begins
// anew; killed after it, the store is of `epoch` (EpochOf), this call refuses
// it, and RemoveRotationCopy removes what is left. Copy and store share the
// tables of the other families where the file system can link files: these take
// no more room, the changed families twice theirs.
// FailedPrecondition: there is no store, or it is not of the epoch before.
// Errors of Store::Open and of `rewrite`, after which the store is as it was.
// Unavailable: the two can't be exchanged, or what is left can't be removed;
// EpochOf tells which store is there.
[[nodiscard]] absl::Status RotateStore(
    const RotatedStore& rotated, uint32_t epoch,
    const std::vector<size_t>& changed,
    const std::function<absl::Status(Store& copy)>& rewrite);

// Removes the copy that an interrupted RotateStore has left beside `path`, or
// the store of before that it did not come to remove. Unavailable: the disk
// does not do it.
[[nodiscard]] absl::Status RemoveRotationCopy(const std::string& path);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_STORE_STORE_ROTATION_H_
