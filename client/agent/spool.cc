#include "client/agent/spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "client/agent/segment_file.h"
#include "core/base/files.h"
#include "core/base/folder_sync.h"
#include "core/base/hash.h"
#include "core/base/integer.h"

namespace garderobe::client {
namespace {

constexpr std::string_view kEnding = ".spool";
// Rows that are told as damaged at a time.
constexpr uint64_t kDamagedAtOnce = 10'000;
constexpr std::string_view kDamagedReason = "SPOOL_DAMAGED";
// How exactly it is known when a row was taken, in seconds.
constexpr uint64_t kTakenStep = 30;
// The most rows of a request; a head that tells of more is none.
constexpr uint64_t kRowsTornMax = 10'000;

// Writes all of `bytes` at the end of the file.
bool WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Spool>> Spool::Open(SpoolOptions options,
                                                   SpoolKey key) {
  std::unique_ptr<Spool> spool(new Spool(std::move(options), std::move(key)));
  GARDEROBE_RETURN_IF_ERROR(spool->Load());
  return spool;
}

void Spool::Segment::Note(uint64_t end, uint64_t taken_at) {
  end_row = std::max(end_row, end);
  if (!taken.empty() && taken_at < taken.back().second + kTakenStep) {
    // The earlier time counts, should the clock have been put back.
    taken.back() = {end_row, std::min(taken.back().second, taken_at)};
  } else {
    taken.emplace_back(end_row, taken_at);
  }
}

Spool::~Spool() {
  if (newest_ >= 0) close(newest_);
}

absl::Status Spool::Load() {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(options_.folder, error);
  if (error || chmod(options_.folder.c_str(), 0700) != 0) {
    return Unavailable("cannot write in {}", options_.folder);
  }
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(options_.folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(kEnding) &&
        ParseInteger<uint64_t>(name.substr(0, name.size() - kEnding.size()))) {
      paths.push_back(entry.path().string());
    }
  }
  if (error) return Unavailable("cannot read {}", options_.folder);
  std::sort(paths.begin(), paths.end());
  GARDEROBE_RETURN_IF_ERROR(CheckKey(!paths.empty()));
  for (const std::string& path : paths) {
    GARDEROBE_RETURN_IF_ERROR(LoadSegment(path, path == paths.back()));
  }
  const MutexLock lock(&mutex_);
  // Rows are numbered without a gap, whatever a damaged file says.
  for (size_t i = 0; i + 1 < segments_.size(); ++i) {
    segments_[i].end_row = segments_[i + 1].first_row;
  }
  next_row_ = options_.next_row;
  if (!segments_.empty()) {
    next_row_ = std::max(next_row_, segments_.back().end_row);
  }
  synced_end_ = next_row_;
  return absl::OkStatus();
}

// Rows that were kept with one key are nothing to another: they would be taken
// for damaged, and be lost.
absl::Status Spool::CheckKey(bool has_rows) const {
  const std::string path = options_.folder + "/key-check";
  const std::string check =
      ToHex(Hash<Digest128>("garderobe/agent-spool-check/v1", key_).bytes());
  const auto kept = ReadWholeFile(path);
  if (kept.ok() && *kept == check) return absl::OkStatus();
  if (kept.ok() && has_rows) {
    return FailedPrecondition(
        "{}: the rows that wait were kept with another handle key; put that "
        "one back, or move the folder away",
        options_.folder);
  }
  return ReplaceFile(path, check, 0600);
}

absl::Status Spool::LoadSegment(const std::string& path, bool is_newest) {
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return DiskFault("open", path);
  const std::unique_ptr<const int, void (*)(const int*)> closed(
      &file, [](const int* one) { close(*one); });
  struct stat about;
  if (fstat(file, &about) != 0) return DiskFault("read", path);
  const auto size = static_cast<uint64_t>(about.st_size);
  Segment segment;
  segment.path = path;
  const std::string name = std::filesystem::path(path).stem().string();
  segment.first_row = ParseInteger<uint64_t>(name).value_or(1);
  segment.end_row = segment.first_row;
  const SegmentFile records(file, size, key_, options_.institution);
  uint64_t at = std::min<uint64_t>(kSegmentMagic.size(), size);
  // Every record of the newest file is opened: where it was being written, its
  // bytes may be anything.
  while (at < size) {
    GARDEROBE_ASSIGN_OR_RETURN(auto found, records.At(at, is_newest));
    if (!found || (is_newest && !found->rows)) {
      if (!is_newest) break;
      GARDEROBE_ASSIGN_OR_RETURN(found, records.NextWhole(at, segment.end_row));
      if (!found) break;
      findings_.push_back(
          fmt::format("{}: damaged in the middle; rows {} to {} can't be read",
                      path, segment.end_row, found->record.first_row - 1));
    }
    at = found->at + found->bytes;
    segment.Note(found->record.end_row(), found->record.taken_at);
  }
  if (is_newest && at < size) {
    GARDEROBE_RETURN_IF_ERROR(CutTorn(file, at, size, records, &segment));
  }
  segment.bytes = is_newest ? at : size;
  const MutexLock lock(&mutex_);
  // A file without a record, of a request that was never acknowledged.
  if (is_newest && segment.end_row == segment.first_row) {
    unlink(path.c_str());
    return absl::OkStatus();
  }
  segments_.push_back(std::move(segment));
  return absl::OkStatus();
}

absl::Status Spool::CutTorn(int file, uint64_t at, uint64_t size,
                            const SegmentFile& records, Segment* segment) {
  const std::string& path = segment->path;
  GARDEROBE_ASSIGN_OR_RETURN(const std::string tail,
                             ReadAt(file, at, size - at));
  // Whether it was acknowledged can't be told; its numbers may be known.
  GARDEROBE_ASSIGN_OR_RETURN(const auto torn, records.At(at, /*opens=*/false));
  const uint64_t before = segment->end_row;
  if (torn && torn->record.first_row == before &&
      torn->record.rows <= kRowsTornMax) {
    segment->Note(torn->record.end_row(), torn->record.taken_at);
  }
  findings_.push_back(fmt::format(
      "{}: the last {} bytes are no whole record, and stand in a .torn file "
      "now; {}",
      path, tail.size(),
      segment->end_row == before
          ? std::string("they were acknowledged to nobody")
          : fmt::format("rows {} to {} can't be read", before,
                        segment->end_row - 1)));
  const std::string aside_path =
      fmt::format("{}.{}.torn", path, options_.clock());
  const int aside =
      open(aside_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool is_kept = aside >= 0 && WriteAll(aside, tail);
  if (aside >= 0) close(aside);
  if (!is_kept || ftruncate(file, static_cast<off_t>(at)) != 0 ||
      fsync(file) != 0) {
    return DiskFault("cut", path);
  }
  return absl::OkStatus();
}

absl::Status Spool::CheckRoom(uint64_t bytes) {
  uint64_t kept = waiting_bytes_;
  for (const Segment& segment : segments_) kept += segment.bytes;
  if (kept + bytes > options_.bytes_max) {
    return ResourceExhausted(
        "the spool is full: {} MiB of {} (spool.mib_max) wait to be delivered, "
        "and `garderobe agent status` says why; nothing of this request was "
        "taken",
        kept >> 20, options_.bytes_max >> 20);
  }
  struct statvfs disk;
  if (statvfs(options_.folder.c_str(), &disk) == 0 &&
      static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize <
          options_.free_bytes_min + bytes) {
    return ResourceExhausted(
        "less than {} MiB (spool.free_mib_min) would stay free on the disk; "
        "nothing of this request was taken",
        options_.free_bytes_min >> 20);
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Spool::Append(std::vector<AgentRow> rows) {
  GARDEROBE_CHECK(!rows.empty());
  Waiting own;
  const MutexLock lock(&mutex_);
  own.rows = static_cast<uint32_t>(rows.size());
  own.first_row = next_row_;
  own.taken_at = options_.clock();
  own.record = SealRecord(key_, options_.institution,
                          {own.first_row, own.taken_at, own.rows}, rows);
  GARDEROBE_RETURN_IF_ERROR(CheckRoom(own.record.size()));
  next_row_ += own.rows;
  waiting_bytes_ += own.record.size();
  waiting_.push_back(&own);
  while (!own.is_done && is_writing_) changed_.Wait(&mutex_);
  if (own.is_done) {
    GARDEROBE_RETURN_IF_ERROR(own.status);
    return own.first_row;
  }
  // The first that finds nobody writing writes for all that wait.
  is_writing_ = true;
  std::deque<Waiting*> group;
  group.swap(waiting_);
  std::string bytes;
  for (const Waiting* one : group) bytes += one->record;
  const uint64_t first_row = group.front()->first_row;
  const bool needs_file =
      segments_.empty() || newest_ < 0 ||
      segments_.back().bytes + bytes.size() > options_.segment_bytes;
  mutex_.Unlock();
  absl::Status status;
  if (needs_file) status = OpenNewest(first_row);
  if (status.ok()) status = WriteSynced(bytes);
  mutex_.Lock();
  is_writing_ = false;
  waiting_bytes_ -= std::min<uint64_t>(waiting_bytes_, bytes.size());
  if (status.ok()) {
    if (needs_file) {
      Segment segment;
      segment.first_row = segment.end_row = first_row;
      segment.bytes = kSegmentMagic.size();
      segment.path =
          fmt::format("{}/{:020}{}", options_.folder, first_row, kEnding);
      segments_.push_back(std::move(segment));
    }
    Segment& newest = segments_.back();
    newest.bytes += bytes.size();
    for (const Waiting* one : group) {
      newest.Note(one->first_row + one->rows, one->taken_at);
    }
    synced_end_ = newest.end_row;
  } else {
    // The numbers are given again: nobody has heard of them. Those that came
    // meanwhile are numbered behind them.
    for (Waiting* one : waiting_) group.push_back(one);
    waiting_.clear();
    waiting_bytes_ = 0;
    next_row_ = synced_end_;
    // There is no row in it that counts.
    if (needs_file) {
      unlink(fmt::format("{}/{:020}{}", options_.folder, first_row, kEnding)
                 .c_str());
    }
  }
  for (Waiting* one : group) {
    one->status = status;
    one->is_done = true;
  }
  changed_.NotifyAll();
  GARDEROBE_RETURN_IF_ERROR(own.status);
  return own.first_row;
}

absl::Status Spool::OpenNewest(uint64_t first_row) {
  if (newest_ >= 0) close(newest_);
  const std::string path =
      fmt::format("{}/{:020}{}", options_.folder, first_row, kEnding);
  newest_ = open(path.c_str(),
                 O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  newest_bytes_ = 0;
  if (newest_ < 0) return DiskFault("write", path);
  const absl::Status named = WriteAll(newest_, kSegmentMagic)
                                 ? SyncFolderOf(path)
                                 : DiskFault("write", path);
  if (!named.ok()) {
    close(std::exchange(newest_, -1));
    unlink(path.c_str());
    return named;
  }
  newest_bytes_ = kSegmentMagic.size();
  return absl::OkStatus();
}

absl::Status Spool::WriteSynced(const std::string& bytes) {
  struct stat about;
  const bool is_written = WriteAll(newest_, bytes) && fdatasync(newest_) == 0 &&
                          fstat(newest_, &about) == 0;
  if (is_written && about.st_nlink > 0) {
    newest_bytes_ += bytes.size();
    return absl::OkStatus();
  }
  const absl::Status status =
      is_written ? Unavailable("somebody has deleted the newest file in {}",
                               options_.folder)
                 : DiskFault("write in", options_.folder);
  // What was not synced is taken back. Where even that fails, and after a sync
  // that failed, the file is left as it is, and the next rows begin another:
  // what stands at its end was acknowledged to nobody.
  if (ftruncate(newest_, static_cast<off_t>(newest_bytes_)) == 0) {
    (void)fsync(newest_);
  }
  close(std::exchange(newest_, -1));
  return status;
}

uint64_t Spool::next_row() const {
  const MutexLock lock(&mutex_);
  return synced_end_;
}

uint64_t Spool::first_row() const {
  const MutexLock lock(&mutex_);
  return segments_.empty() ? synced_end_ : segments_.front().first_row;
}

uint64_t Spool::bytes() const {
  const MutexLock lock(&mutex_);
  uint64_t kept = 0;
  for (const Segment& segment : segments_) kept += segment.bytes;
  return kept;
}

std::optional<uint64_t> Spool::TakenAt(uint64_t row) const {
  const MutexLock lock(&mutex_);
  for (const Segment& segment : segments_) {
    if (row >= segment.end_row) continue;
    const auto found = std::upper_bound(
        segment.taken.begin(), segment.taken.end(), row,
        [](uint64_t wanted, const auto& one) { return wanted < one.first; });
    if (found != segment.taken.end()) return found->second;
  }
  return std::nullopt;
}

absl::Status Spool::ForgetBelow(uint64_t row) {
  const MutexLock lock(&mutex_);
  while (!segments_.empty() && segments_.front().end_row <= row) {
    const bool is_newest = segments_.size() == 1;
    // Somebody is writing to the newest.
    if (is_newest && (is_writing_ || !waiting_.empty())) break;
    if (unlink(segments_.front().path.c_str()) != 0 && errno != ENOENT) {
      return DiskFault("delete", segments_.front().path);
    }
    if (is_newest && newest_ >= 0) close(std::exchange(newest_, -1));
    segments_.pop_front();
  }
  return absl::OkStatus();
}

SpoolReader::~SpoolReader() {
  if (file_ >= 0) close(file_);
}

absl::StatusOr<bool> SpoolReader::Enter(const Spool::Segment& segment) {
  if (file_ >= 0 && path_ == segment.path) return true;
  if (file_ >= 0) close(file_);
  path_ = segment.path;
  at_ = kSegmentMagic.size();
  file_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ >= 0) return true;
  if (errno == ENOENT) return false;
  return DiskFault("open", path_);
}

SpoolReader::Batch SpoolReader::Damaged(uint64_t end_row) {
  Batch batch;
  batch.first_row = next_row_;
  batch.rows.resize(std::min(end_row - next_row_, kDamagedAtOnce));
  for (AgentRow& row : batch.rows) row.Refuse("", std::string(kDamagedReason));
  next_row_ += batch.rows.size();
  return batch;
}

absl::StatusOr<std::optional<SpoolReader::Batch>> SpoolReader::Read() {
  for (;;) {
    Spool::Segment segment;
    uint64_t before = 0;  // rows up to here that no file has
    {
      const MutexLock lock(&spool_.mutex_);
      const auto found = std::find_if(
          spool_.segments_.begin(), spool_.segments_.end(),
          [this](const auto& one) { return next_row_ < one.end_row; });
      if (found == spool_.segments_.end()) {
        if (next_row_ >= spool_.synced_end_) return std::nullopt;
        before = spool_.synced_end_;
      } else {
        segment.first_row = found->first_row;
        segment.end_row = found->end_row;
        segment.bytes = found->bytes;
        segment.path = found->path;
        before = found->first_row;
      }
    }
    // A file is gone that held rows which nobody has delivered.
    if (next_row_ < before) return Damaged(before);
    GARDEROBE_ASSIGN_OR_RETURN(const bool is_there, Enter(segment));
    if (!is_there) return Damaged(segment.end_row);
    const SegmentFile records(file_, segment.bytes, spool_.key_,
                              spool_.options_.institution);
    GARDEROBE_ASSIGN_OR_RETURN(auto found, records.At(at_, /*opens=*/true));
    if (!found || !found->rows) {
      GARDEROBE_ASSIGN_OR_RETURN(found, records.NextWhole(at_, next_row_));
      // Nothing of the rest can be read.
      if (!found) return Damaged(segment.end_row);
      at_ = found->at;
    }
    const SpoolRecord& record = found->record;
    // What lay between was damaged.
    if (record.first_row > next_row_) {
      return Damaged(std::min(record.first_row, segment.end_row));
    }
    at_ = found->at + found->bytes;
    if (record.end_row() <= next_row_) continue;
    Batch batch;
    batch.first_row = next_row_;
    batch.rows.assign(
        std::make_move_iterator(
            found->rows->begin() +
            static_cast<std::ptrdiff_t>(next_row_ - record.first_row)),
        std::make_move_iterator(found->rows->end()));
    next_row_ = record.end_row();
    return batch;
  }
}

}  // namespace garderobe::client
