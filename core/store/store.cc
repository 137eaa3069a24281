#include "core/store/store.h"

#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <optional>

#include "core/base/damage.h"
#include "core/base/integer.h"
#include "spdlog/spdlog.h"

namespace garderobe {
namespace {

// RocksDB's own words. It tells the keys of tables that overlap, and names a
// table that it does not find by an ending of old.
std::string WordsOf(const rocksdb::Status& status) {
  std::string words = status.ToString();
  words = words.substr(0, words.find(" largest key"));
  for (size_t at = words.find(".ldb"); at != words.npos;
       at = words.find(".ldb", at)) {
    words.replace(at, 4, ".sst");
  }
  return words;
}

}  // namespace

absl::Status FromRocks(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsNotFound()) return NotFound("no such entry in the store");
  if (status.IsNoSpace()) {
    return ResourceExhausted("the disk is full; nothing was stored");
  }
  if (status.IsCorruption()) {
    return DataLoss("the store is damaged: {}; {}", WordsOf(status),
                    kWhatToDoAboutDamage);
  }
  return Unavailable("the store does not answer: {}", WordsOf(status));
}

SyncedMarkFile* Store::mark() const {
  const MutexLock lock(&mutex_);
  return mark_.get();
}

absl::Status Store::NoteManifest(rocksdb::DB& db) {
  SyncedMarkFile* const mark = this->mark();
  if (mark == nullptr) return absl::OkStatus();
  std::vector<std::string> files;
  uint64_t bytes = 0;
  GARDEROBE_RETURN_IF_ERROR(
      FromRocks(db.GetLiveFiles(files, &bytes, /*flush_memtable=*/false)));
  constexpr std::string_view kPrefix = "/MANIFEST-";
  for (const std::string& file : files) {
    if (!file.starts_with(kPrefix)) continue;
    const auto number =
        ParseInteger<uint64_t>(std::string_view(file).substr(kPrefix.size()));
    if (!number) return Internal("RocksDB's manifest has no number: {}", file);
    return mark->NoteManifest(*number, bytes);
  }
  return absl::OkStatus();
}

Store::~Store() { Close(); }

void Store::Close() {
  if (!db_) return;
  // A store that was refused stays as it is.
  if (in_order_ && mark() != nullptr) {
    absl::Status closed =
        FromRocks(db_->Flush(rocksdb::FlushOptions(), handles_));
    if (closed.ok()) closed = NoteManifest(*db_);
    if (!closed.ok()) {
      spdlog::warn("event=store-not-flushed reason=\"{}\"", Message(closed));
    }
  }
  for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  db_.reset();  // before what the listener uses
}

void Store::NoteDamage(const rocksdb::Status& status) const {
  if (!status.IsCorruption()) return;
  const MutexLock lock(&mutex_);
  if (damage_.ok()) damage_ = FromRocks(status);
}

absl::Status Store::Verify(const std::atomic<bool>& stop) const {
  std::vector<rocksdb::LiveFileMetaData> tables;
  db_->GetLiveFilesMetaData(&tables);
  absl::Status first;
  for (const auto& table : tables) {
    if (stop) break;
    const std::string path = table.db_path + table.name;
    rocksdb::SstFileReader reader{rocksdb::Options()};
    rocksdb::Status status = reader.Open(path);
    if (status.ok()) status = reader.VerifyChecksum();
    std::error_code error;
    // A table that was rewritten meanwhile goes.
    if (status.ok() || !std::filesystem::exists(path, error)) continue;
    NoteDamage(status);
    if (first.ok() || (status.IsCorruption() && !absl::IsDataLoss(first))) {
      first = Annotate(FromRocks(status), path);
    }
  }
  return first;
}

absl::Status Store::Health() const {
  const MutexLock lock(&mutex_);
  return damage_;
}

absl::StatusOr<std::string> Store::Get(
    size_t family, std::string_view key,
    const rocksdb::Snapshot* snapshot) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::string value;
  const rocksdb::Status status =
      db_->Get(options, handles_[family], AsSlice(key), &value);
  NoteDamage(status);
  GARDEROBE_RETURN_IF_ERROR(FromRocks(status));
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
        NoteDamage(statuses[i]);
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

absl::Status Store::Sync() {
  // Taken first: a write that comes in between is synced and not promised.
  const uint64_t sequence = db_->GetLatestSequenceNumber();
  GARDEROBE_RETURN_IF_ERROR(FromRocks(db_->SyncWAL()));
  return mark()->NoteWrites(sequence);
}

absl::Status Store::WriteAndSync(rocksdb::WriteBatch& batch) {
  GARDEROBE_RETURN_IF_ERROR(Write(batch));
  return Sync();
}

bool Store::RemembersOrder() const {
  return db_->GetLatestSequenceNumber() != forgotten_;
}

absl::Status Store::CompactFamily(size_t index) {
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForce;
  return FromRocks(
      db_->CompactRange(options, handles_[index], nullptr, nullptr));
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
  for (size_t i = 0; i < handles_.size(); ++i) {
    GARDEROBE_RETURN_IF_ERROR(CompactFamily(i));
  }
  forgotten_ = sequence;
  return absl::OkStatus();
}

void Store::IteratorEnd::operator()(rocksdb::Iterator* iterator) const {
  store->NoteDamage(iterator->status());
  delete iterator;
}

Store::Iterator Store::NewIterator(size_t family,
                                   const rocksdb::Snapshot* snapshot) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  return Iterator(db_->NewIterator(options, handles_[family]), {this});
}

}  // namespace garderobe
