// What a store has promised to keep, noted in a small file beside RocksDB's
// own, so that a log or a manifest which lost its end is not taken for one that
// was never longer.
//
// Stored, never change: the file SYNCED in the store's folder has 48 bytes: 8
// bytes "gdrbsyn2", three numbers of 8 bytes, big-endian, in the order of
// SyncedMark, and 16 bytes of BLAKE2b of the 32 before.
#ifndef GARDEROBE_CORE_STORE_SYNCED_MARK_H_
#define GARDEROBE_CORE_STORE_SYNCED_MARK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/mutex.h"
#include "core/base/status.h"

namespace garderobe {

struct SyncedMark {
  uint64_t sequence = 0;         // of the last write that was synced
  uint64_t manifest_number = 0;  // the manifest
  uint64_t manifest_bytes = 0;   // of it, synced
};

// nullopt: there is no mark, for example in a copy made without it. DataLoss:
// it is damaged.
[[nodiscard]] absl::StatusOr<std::optional<SyncedMark>> ReadSyncedMark(
    const std::string& folder);

// Thread-safe.
class SyncedMarkFile {
 public:
  // Replaces the mark in `folder`, synced. Unavailable: the disk does not take
  // it.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<SyncedMarkFile>> Create(
      const std::string& folder, const SyncedMark& mark);
  ~SyncedMarkFile();

  // Call each after what it tells was synced. The mark itself is not synced: it
  // survives a killed process at once, and a loss of power only once the kernel
  // has written it, half a minute later or so. An older mark asks for less than
  // is there, never for more. Unavailable: the disk does not take it.
  [[nodiscard]] absl::Status NoteWrites(uint64_t sequence);
  [[nodiscard]] absl::Status NoteManifest(uint64_t number, uint64_t bytes);

 private:
  SyncedMarkFile(std::string path, int fd, const SyncedMark& mark)
      : path_(std::move(path)), fd_(fd), mark_(mark) {}
  [[nodiscard]] absl::Status Write() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  const int fd_;
  Mutex mutex_;
  SyncedMark mark_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_STORE_SYNCED_MARK_H_
