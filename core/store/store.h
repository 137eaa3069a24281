// A RocksDB database with named column families, as every party that keeps
// state uses it. Nothing is acknowledged before Sync, and a store that holds
// less than was acknowledged does not open.
#ifndef GARDEROBE_CORE_STORE_STORE_H_
#define GARDEROBE_CORE_STORE_STORE_H_

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/store/inventory.h"
#include "core/store/synced_mark.h"

namespace garderobe {

struct StoreOptions {
  size_t write_buffer_bytes = 32 << 20;  // a column family
  size_t block_cache_bytes = 32 << 20;   // for all
  // What is read at once: less where records lie anywhere.
  size_t block_bytes = 16 << 10;
  // A bit a family: where most keys that are looked for are not there, a filter
  // of a tenth of the write buffer saves the search.
  uint64_t filtered_families = 0;
  // Of what the party keeps in it; grows when that changes.
  uint32_t format = 1;
  // The epoch of the conversion scalars that its points were made with. It is
  // noted in a new store; another one must have the same. 0: whichever.
  uint32_t epoch = 0;
  // Where the store is noted as "store"; not owned, used by Open only; null: no
  // note is kept.
  Inventory* inventory = nullptr;
};

// Thread-safe, as RocksDB is.
class Store {
 public:
  // Opens or creates. `families[0]` must be "default". A log whose end was torn
  // while it was written opens without that end (store_check.h).
  // Unavailable: locked by another process, or the disk does not answer;
  // DataLoss: damaged, or less is there than was synced; FailedPrecondition: of
  // another format or epoch, or not the store that the inventory notes.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Store>> Open(
      const std::string& path, const std::vector<std::string>& families,
      const StoreOptions& options = {});
  // As it is now, beside a process that has it open; what that writes later is
  // not seen. Nothing can be written. NotFound: there is none. DataLoss: a file
  // is missing or damaged. Unavailable: it changes all the time.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Store>> OpenToRead(
      const std::string& path, const std::vector<std::string>& families,
      const StoreOptions& options = {});
  // Writes what is only in the log into tables, so that a store which was
  // closed needs no log.
  ~Store();

  rocksdb::ColumnFamilyHandle* family(size_t index) const {
    return handles_[index];
  }
  rocksdb::DB& db() { return *db_; }

  // NotFound when there is no such key. `snapshot`: as NewIterator.
  [[nodiscard]] absl::StatusOr<std::string> Get(
      size_t family, std::string_view key,
      const rocksdb::Snapshot* snapshot = nullptr) const;
  // As Get, of each of `keys`, which ascend.
  [[nodiscard]] std::vector<absl::StatusOr<std::string>> GetAll(
      size_t family, const std::vector<std::string>& keys) const;
  // Written to the log in order, not yet synced. ResourceExhausted: no room;
  // the store tries to come back by itself at the next write.
  [[nodiscard]] absl::Status Write(rocksdb::WriteBatch& batch);
  // All that was written before is on the disk when this returns. Callers at
  // the same time share one sync.
  [[nodiscard]] absl::Status Sync();
  [[nodiscard]] absl::Status WriteAndSync(rocksdb::WriteBatch& batch);

  // The epoch that is noted; 1 where none is.
  [[nodiscard]] absl::StatusOr<uint32_t> Epoch() const;
  // For a rotation only (store_rotation.h).
  void PutEpoch(uint32_t epoch, rocksdb::WriteBatch& batch) const;

  // Writes the tables of one family again: what was deleted or replaced goes
  // from the disk. Blocks.
  [[nodiscard]] absl::Status CompactFamily(size_t index);
  // Writes every table again, so that nothing tells any more in which order
  // keys arrived or what was written together: RocksDB numbers each write, in
  // its log and in its tables, until a table of the last level is rewritten.
  // What was deleted goes too. Needs as much room again as the store takes;
  // reads and writes go on meanwhile. Blocks for some 10 s a GiB; CancelForget
  // ends it from another thread, for good.
  // ResourceExhausted: not enough room, nothing was done.
  [[nodiscard]] absl::Status ForgetOrder();
  void CancelForget() { db_->DisableManualCompaction(); }
  // Returns whether a snapshot is open; what was deleted stays on disk until it
  // is released.
  bool HasSnapshots() const;
  // Whether anything was written since the last ForgetOrder of this process.
  bool RemembersOrder() const;

  // Tells Health, when an iterator goes, of the damage that it ended at. A
  // later Seek that went well clears it: its status() is for the reader to
  // check, as always.
  struct IteratorEnd {
    const Store* store;
    void operator()(rocksdb::Iterator* iterator) const;
  };
  using Iterator = std::unique_ptr<rocksdb::Iterator, IteratorEnd>;
  // As it was at `snapshot`, which outlives the iterator, as the store does;
  // null: as it is now.
  Iterator NewIterator(size_t family,
                       const rocksdb::Snapshot* snapshot = nullptr) const;

  // Reads every table and compares checksums, some seconds a GiB; `stop` ends
  // it after the table that is under way. Returns the first damage or, if there
  // is none, the first other failure; all tables are tried. DataLoss: names the
  // table. Unavailable: a table can't be read now, for example because there
  // are no descriptors left.
  [[nodiscard]] absl::Status Verify(const std::atomic<bool>& stop) const;
  // DataLoss: Verify found damage, or RocksDB met some since the store was
  // opened, by Get, GetAll or an iterator or while it rewrote tables; the
  // message names the file.
  [[nodiscard]] absl::Status Health() const;

 private:
  class Listener;
  Store() = default;
  [[nodiscard]] absl::Status CheckFormat(const StoreOptions& options);
  [[nodiscard]] absl::Status CheckEpoch(uint32_t epoch) const;
  [[nodiscard]] absl::Status CheckId(Inventory& inventory);
  // Runs on RocksDB's threads too, until ~DB has ended them: `db` is what they
  // got, for db_ may be null by then.
  [[nodiscard]] absl::Status NoteManifest(rocksdb::DB& db);
  // Null: opened to read, or not open yet. Lives as long as the store.
  SyncedMarkFile* mark() const;
  void NoteDamage(const rocksdb::Status& status) const;
  void Close();
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  bool in_order_ = false;  // Open went through
  mutable Mutex mutex_;
  std::unique_ptr<SyncedMarkFile> mark_ ABSL_GUARDED_BY(mutex_);
  mutable absl::Status damage_ ABSL_GUARDED_BY(mutex_);
  std::atomic<uint64_t> forgotten_{0};  // sequence number
};

// RocksDB's status as ours, with RocksDB's own words: they name files and
// positions. What they tell of keys is left out.
absl::Status FromRocks(const rocksdb::Status& status);

inline rocksdb::Slice AsSlice(std::string_view text) {
  return {text.data(), text.size()};
}
inline std::string_view AsView(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_STORE_STORE_H_
