#include "core/store/store_rotation.h"

#include <rocksdb/utilities/checkpoint.h>

#include <filesystem>
#include <memory>

#include "core/base/file_exchange.h"

namespace garderobe {
namespace {

std::string CopyPath(const std::string& path) { return path + ".rotating"; }

absl::StatusOr<std::unique_ptr<Store>> OpenExisting(
    const RotatedStore& rotated) {
  std::error_code error;
  if (!std::filesystem::exists(rotated.path + "/CURRENT", error)) {
    return FailedPrecondition("{}: there is no store", rotated.path);
  }
  return Store::Open(rotated.path, rotated.families, rotated.options);
}

// Tables are linked rather than copied where the file system can do that.
absl::Status Copy(Store& store, const std::string& path) {
  rocksdb::Checkpoint* made = nullptr;
  GARDEROBE_RETURN_IF_ERROR(
      FromRocks(rocksdb::Checkpoint::Create(&store.db(), &made)));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  return FromRocks(checkpoint->CreateCheckpoint(path));
}

}  // namespace

absl::StatusOr<uint32_t> EpochOf(const RotatedStore& rotated) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto store, OpenExisting(rotated));
  return store->Epoch();
}

absl::Status RotateStore(
    const RotatedStore& rotated, uint32_t epoch,
    const std::vector<size_t>& changed,
    const std::function<absl::Status(Store& copy)>& rewrite) {
  const std::string path = CopyPath(rotated.path);
  // Open until the copy is changed, so that no daemon starts meanwhile.
  GARDEROBE_ASSIGN_OR_RETURN(auto store, OpenExisting(rotated));
  GARDEROBE_ASSIGN_OR_RETURN(const uint32_t stored, store->Epoch());
  if (stored + 1 != epoch) {
    return FailedPrecondition("{} is of epoch {}, which {} does not follow",
                              rotated.path, stored, epoch);
  }
  GARDEROBE_RETURN_IF_ERROR(RemoveRotationCopy(rotated.path));
  GARDEROBE_RETURN_IF_ERROR(Copy(*store, path));
  {
    GARDEROBE_ASSIGN_OR_RETURN(
        const auto copy, Store::Open(path, rotated.families, rotated.options));
    GARDEROBE_RETURN_IF_ERROR(rewrite(*copy));
    rocksdb::WriteBatch batch;
    copy->PutEpoch(epoch, batch);
    GARDEROBE_RETURN_IF_ERROR(copy->WriteAndSync(batch));
    for (const size_t family : changed) {
      GARDEROBE_RETURN_IF_ERROR(copy->CompactFamily(family));
    }
  }
  store.reset();
  GARDEROBE_RETURN_IF_ERROR(ExchangeNames(path, rotated.path));
  return RemoveRotationCopy(rotated.path);
}

absl::Status RemoveRotationCopy(const std::string& path) {
  std::error_code error;
  // A copy that was killed while it was made has another name at first.
  for (const std::string& copy : {CopyPath(path), CopyPath(path) + ".tmp"}) {
    std::filesystem::remove_all(copy, error);
    if (error)
      return Unavailable("cannot remove {}: {}", copy, error.message());
  }
  return absl::OkStatus();
}

}  // namespace garderobe
