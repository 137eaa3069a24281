// How a store is opened.
#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>
#include <sodium.h>

#include <filesystem>

#include "core/store/silent_logger.h"
#include "core/store/store.h"
#include "core/store/store_check.h"
#include "spdlog/spdlog.h"

namespace garderobe {
namespace {

constexpr std::string_view kFormatKey = "store-format";
constexpr std::string_view kIdKey = "store-id";
constexpr size_t kIdBytes = 16;

}  // namespace

// Tells the store when RocksDB has written a table or has met damage.
class Store::Listener : public rocksdb::EventListener {
 public:
  explicit Listener(Store& store) : store_(store) {}
  void OnFlushCompleted(rocksdb::DB* db,
                        const rocksdb::FlushJobInfo&) override {
    const absl::Status noted = store_.NoteManifest(*db);
    if (!noted.ok()) {
      spdlog::warn("event=mark-not-written reason=\"{}\"", Message(noted));
    }
  }
  void OnBackgroundError(rocksdb::BackgroundErrorReason,
                         rocksdb::Status* status) override {
    store_.NoteDamage(*status);
  }

 private:
  Store& store_;
};

absl::StatusOr<std::unique_ptr<Store>> Store::Open(
    const std::string& path, const std::vector<std::string>& families,
    const StoreOptions& options) {
  GARDEROBE_ASSIGN_OR_RETURN(const StoreFolder folder, CheckStoreFolder(path));
  std::unique_ptr<Store> store(new Store());
  rocksdb::Options db_options;
  // Never beside what is left of another store.
  db_options.create_if_missing = folder.is_new;
  db_options.create_missing_column_families = true;
  db_options.max_open_files = 512;
  db_options.keep_log_file_num = 2;
  db_options.max_total_wal_size = 256 << 20;
  // Stops at the first record that is not whole, in all families at once.
  // Whether more must be there is for CheckStoreFolder and CheckOpenedStore to
  // say: none of RocksDB's modes can tell a torn end from a damaged one.
  db_options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  db_options.track_and_verify_wals_in_manifest = true;
  db_options.listeners.push_back(std::make_shared<Listener>(*store));
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_size = options.block_bytes;
  rocksdb::ColumnFamilyOptions family_options;
  family_options.write_buffer_size = options.write_buffer_bytes;
  family_options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // Points and hashes do not compress, and blocks already are.
  family_options.compression = rocksdb::kNoCompression;
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (size_t i = 0; i < families.size(); ++i) {
    rocksdb::ColumnFamilyOptions its = family_options;
    if ((options.filtered_families >> i & 1) != 0) {
      its.memtable_prefix_bloom_size_ratio = 0.1;
      its.memtable_whole_key_filtering = true;
    }
    descriptors.emplace_back(families[i], its);
  }
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::Open(db_options, path, descriptors, &store->handles_, &db);
  if (!opened.ok()) return Annotate(FromRocks(opened), path);
  store->db_.reset(db);
  const uint64_t sequence = db->GetLatestSequenceNumber();
  GARDEROBE_RETURN_IF_ERROR(CheckOpenedStore(path, folder, sequence));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto mark, SyncedMarkFile::Create(path, {.sequence = sequence}));
  {
    // RocksDB's threads may write a table already.
    const MutexLock lock(&store->mutex_);
    store->mark_ = std::move(mark);
  }
  GARDEROBE_RETURN_IF_ERROR(store->NoteManifest(*db));
  const absl::Status format = store->CheckFormat(options.format);
  if (!format.ok()) return Annotate(format, path);
  if (options.inventory != nullptr) {
    GARDEROBE_RETURN_IF_ERROR(store->CheckId(*options.inventory));
  }
  store->in_order_ = true;
  return store;
}

absl::StatusOr<std::unique_ptr<Store>> Store::OpenToRead(
    const std::string& path, const std::vector<std::string>& families,
    const StoreOptions& options) {
  std::error_code error;
  if (!std::filesystem::exists(path + "/CURRENT", error)) {
    return NotFound("{}: there is no store", path);
  }
  rocksdb::DBOptions db_options;
  db_options.info_log = std::make_shared<SilentLogger>();
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : families) {
    descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::unique_ptr<Store> store(new Store());
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::OpenForReadOnly(
      db_options, path, descriptors, &store->handles_, &db);
  if (!opened.ok()) return Annotate(FromRocks(opened), path);
  store->db_.reset(db);
  const auto format = store->Get(0, kFormatKey);
  if (!format.ok() || *format != std::to_string(options.format)) {
    return FailedPrecondition("{}: was written by another version", path);
  }
  return store;
}

absl::Status Store::CheckFormat(uint32_t format) {
  const auto stored = Get(0, kFormatKey);
  if (stored.ok()) {
    if (*stored == std::to_string(format)) return absl::OkStatus();
    return FailedPrecondition(
        "was written by another version of this program: format {}, this one "
        "reads {}",
        *stored, format);
  }
  if (stored.status().code() != absl::StatusCode::kNotFound) {
    return stored.status();
  }
  for (size_t i = 0; i < handles_.size(); ++i) {
    const auto it = NewIterator(i);
    it->SeekToFirst();
    if (it->Valid() && format != 1) {
      return FailedPrecondition(
          "was written by an earlier version of this program: format 1, this "
          "one reads {}",
          format);
    }
  }
  rocksdb::WriteBatch batch;
  batch.Put(family(0), AsSlice(kFormatKey), std::to_string(format));
  return WriteAndSync(batch);
}

absl::Status Store::CheckId(Inventory& inventory) {
  auto id = Get(0, kIdKey);
  if (id.status().code() == absl::StatusCode::kNotFound) {
    uint8_t drawn[kIdBytes];
    randombytes_buf(drawn, sizeof drawn);
    id = ToHex(drawn);
    rocksdb::WriteBatch batch;
    batch.Put(family(0), AsSlice(kIdKey), *id);
    GARDEROBE_RETURN_IF_ERROR(WriteAndSync(batch));
  }
  GARDEROBE_RETURN_IF_ERROR(id.status());
  return inventory.NoteStore("store", *id);
}

}  // namespace garderobe
