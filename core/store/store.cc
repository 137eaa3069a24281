#include "core/store/store.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <filesystem>

namespace garderobe {
namespace {
constexpr std::string_view kFormatKey = "store-format";
}  // namespace

absl::Status FromRocks(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsNotFound()) return NotFound("no such entry in the store");
  if (status.IsNoSpace()) {
    return ResourceExhausted("the disk is full; nothing was stored");
  }
  if (status.IsCorruption()) return DataLoss("the store is corrupt");
  // RocksDB's own text holds paths and byte positions, no keys or values.
  return Unavailable("the store does not answer: {}", status.ToString());
}

absl::StatusOr<std::unique_ptr<Store>> Store::Open(
    const std::string& path, const std::vector<std::string>& families,
    const StoreOptions& options) {
  rocksdb::Options db_options;
  db_options.create_if_missing = true;
  db_options.create_missing_column_families = true;
  db_options.max_open_files = 512;
  db_options.keep_log_file_num = 2;
  db_options.max_total_wal_size = 256 << 20;
  db_options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
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
  std::unique_ptr<Store> store(new Store());
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::Open(db_options, path, descriptors, &store->handles_, &db);
  if (!opened.ok()) return Annotate(FromRocks(opened), path);
  store->db_.reset(db);
  const absl::Status format = store->CheckFormat(options.format);
  if (!format.ok()) return Annotate(format, path);
  return store;
}

absl::StatusOr<std::unique_ptr<Store>> Store::OpenToRead(
    const std::string& path, const std::vector<std::string>& families,
    const StoreOptions& options) {
  std::error_code error;
  if (!std::filesystem::exists(path + "/CURRENT", error)) {
    return NotFound("{}: there is no store", path);
  }
  // Its own log would take the place of the one that the owner writes.
  class Silent : public rocksdb::Logger {
   public:
    using rocksdb::Logger::Logv;
    void Logv(const char*, va_list) override {}
  };
  rocksdb::DBOptions db_options;
  db_options.info_log = std::make_shared<Silent>();
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

Store::~Store() {
  for (auto* handle : handles_) {
    if (db_) db_->DestroyColumnFamilyHandle(handle);
  }
}

absl::StatusOr<std::string> Store::Get(
    size_t family, std::string_view key,
    const rocksdb::Snapshot* snapshot) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::string value;
  GARDEROBE_RETURN_IF_ERROR(
      FromRocks(db_->Get(options, handles_[family], AsSlice(key), &value)));
  return value;
}

std::vector<absl::StatusOr<std::string>> Store::GetAll(
    size_t family, const std::vector<std::string>& keys) const {
  // What is read keeps its whole block in memory until it is copied.
  constexpr size_t kAtOnce = 128;
  std::vector<absl::StatusOr<std::string>> result;
  result.reserve(keys.size());
  for (size_t begin = 0; begin < keys.size(); begin += kAtOnce) {
    const size_t count = std::min(kAtOnce, keys.size() - begin);
    const std::vector<rocksdb::Slice> slices(
        keys.begin() + static_cast<ptrdiff_t>(begin),
        keys.begin() + static_cast<ptrdiff_t>(begin + count));
    std::vector<rocksdb::PinnableSlice> values(count);
    std::vector<rocksdb::Status> statuses(count);
    db_->MultiGet(rocksdb::ReadOptions(), handles_[family], count,
                  slices.data(), values.data(), statuses.data(),
                  /*sorted_input=*/true);
    for (size_t i = 0; i < count; ++i) {
      if (statuses[i].ok()) {
        result.emplace_back(values[i].ToString());
      } else {
        result.emplace_back(FromRocks(statuses[i]));
      }
    }
  }
  return result;
}

bool Store::HasSnapshots() const {
  uint64_t count = 0;
  return db_->GetIntProperty(rocksdb::DB::Properties::kNumSnapshots, &count) &&
         count > 0;
}

absl::Status Store::Write(rocksdb::WriteBatch& batch) {
  rocksdb::Status status = db_->Write(rocksdb::WriteOptions(), &batch);
  if (!status.ok() && db_->Resume().ok()) {
    // An earlier failure, most often a full disk, had closed the store.
    status = db_->Write(rocksdb::WriteOptions(), &batch);
  }
  return FromRocks(status);
}

absl::Status Store::Sync() { return FromRocks(db_->SyncWAL()); }

absl::Status Store::WriteAndSync(rocksdb::WriteBatch& batch) {
  GARDEROBE_RETURN_IF_ERROR(Write(batch));
  return Sync();
}

bool Store::RemembersOrder() const {
  return db_->GetLatestSequenceNumber() != forgotten_;
}

absl::Status Store::ForgetOrder() {
  const uint64_t sequence = db_->GetLatestSequenceNumber();
  uint64_t bytes = 0, family_bytes = 0;
  for (auto* handle : handles_) {
    if (db_->GetIntProperty(handle, rocksdb::DB::Properties::kTotalSstFilesSize,
                            &family_bytes)) {
      bytes += family_bytes;
    }
  }
  std::error_code error;
  const auto space = std::filesystem::space(db_->GetName(), error);
  if (error || space.available < bytes + bytes / 8) {
    return ResourceExhausted(
        "no room to write the store again: {} MiB are needed", bytes >> 20);
  }
  // All at once: the log goes when no family needs it any more.
  GARDEROBE_RETURN_IF_ERROR(
      FromRocks(db_->Flush(rocksdb::FlushOptions(), handles_)));
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForce;
  for (auto* handle : handles_) {
    GARDEROBE_RETURN_IF_ERROR(
        FromRocks(db_->CompactRange(options, handle, nullptr, nullptr)));
  }
  forgotten_ = sequence;
  return absl::OkStatus();
}

std::unique_ptr<rocksdb::Iterator> Store::NewIterator(
    size_t family, const rocksdb::Snapshot* snapshot) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  return std::unique_ptr<rocksdb::Iterator>(
      db_->NewIterator(options, handles_[family]));
}

}  // namespace garderobe
