// How a store is opened.
#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>
#include <sodium.h>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/files.h"
#include "core/base/integer.h"
#include "core/store/silent_logger.h"
#include "core/store/store.h"
#include "core/store/store_check.h"
#include "spdlog/spdlog.h"

namespace garderobe {
namespace {

constexpr std::string_view kFormatKey = "store-format";
constexpr std::string_view kIdKey = "store-id";
constexpr std::string_view kEpochKey = "store-epoch";
constexpr uint32_t kFirstEpoch = 1;  // of a store that notes none
constexpr size_t kIdBytes = 16;
// How often a busy store is opened to read before that is given up.
constexpr int kReadAttempts = 100;

// Which manifest there is and how long it is: it grows with every change of the
// files of a store. Empty: it can't be read.
std::string ManifestState(const std::string& path) {
  const auto current = ReadWholeFile(path + "/CURRENT");
  if (!current.ok()) return "";
  std::string name = *current;
  while (name.ends_with('\n')) name.pop_back();
  std::error_code error;
  const auto size = std::filesystem::file_size(path + "/" + name, error);
  return error ? "" : fmt::format("{} {}", name, size);
}

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
  absl::Status fits = store->CheckFormat(options);
  if (fits.ok()) fits = store->CheckEpoch(options.epoch);
  if (!fits.ok()) return Annotate(fits, path);
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
  // As Open, whose manifest names its logs: RocksDB ends the process that finds
  // them there and does not look after them. A log that is gone is told, too.
  db_options.track_and_verify_wals_in_manifest = true;
  db_options.info_log = std::make_shared<SilentLogger>();
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : families) {
    descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::unique_ptr<Store> store(new Store());
  rocksdb::DB* db = nullptr;
  rocksdb::Status opened;
  bool is_quiet = false;
  for (int attempt = 0; attempt < kReadAttempts && !is_quiet; ++attempt) {
    // The process that has the store open takes tables and logs out of the
    // manifest before it removes them: only what was read while the manifest
    // stayed as it was is whole, or lost.
    const std::string before = ManifestState(path);
    opened = rocksdb::DB::OpenForReadOnly(db_options, path, descriptors,
                                          &store->handles_, &db);
    is_quiet = ManifestState(path) == before;
    if (is_quiet || !opened.ok()) continue;
    for (rocksdb::ColumnFamilyHandle* handle : store->handles_) {
      (void)db->DestroyColumnFamilyHandle(handle);
    }
    store->handles_.clear();
    delete db;
    db = nullptr;
  }
  if (!is_quiet) {
    return Unavailable("{} changes while it is read; try again", path);
  }
  if (!opened.ok()) return Annotate(FromRocks(opened), path);
  store->db_.reset(db);
  const auto format = store->Get(0, kFormatKey);
  if (!format.ok() || *format != std::to_string(options.format)) {
    return FailedPrecondition("{}: was written by another version", path);
  }
  return store;
}

absl::Status Store::CheckFormat(const StoreOptions& options) {
  const uint32_t format = options.format;
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
  if (options.epoch > kFirstEpoch) PutEpoch(options.epoch, batch);
  return WriteAndSync(batch);
}

void Store::PutEpoch(uint32_t epoch, rocksdb::WriteBatch& batch) const {
  batch.Put(family(0), AsSlice(kEpochKey), std::to_string(epoch));
}

absl::StatusOr<uint32_t> Store::Epoch() const {
  const auto stored = Get(0, kEpochKey);
  if (stored.status().code() == absl::StatusCode::kNotFound) return kFirstEpoch;
  GARDEROBE_RETURN_IF_ERROR(stored.status());
  const auto epoch = ParseInteger<uint32_t>(*stored);
  if (!epoch || *epoch == 0) return DataLoss("the store's epoch is damaged");
  return *epoch;
}

absl::Status Store::CheckEpoch(uint32_t epoch) const {
  if (epoch == 0) return absl::OkStatus();
  GARDEROBE_ASSIGN_OR_RETURN(const uint32_t stored, Epoch());
  if (stored == epoch) return absl::OkStatus();
  return FailedPrecondition(
      "is of epoch {}, and the keys are of epoch {}; if a rotation was "
      "interrupted, run the daemon with --rotate again; otherwise one of the "
      "two is a copy of before a rotation, and the other is needed "
      "(docs/operating.md, Rotation)",
      stored, epoch);
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
