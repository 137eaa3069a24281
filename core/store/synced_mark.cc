#include "core/store/synced_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <tuple>

#include "core/base/bytes.h"
#include "core/base/files.h"
#include "core/base/hash.h"

namespace garderobe {
namespace {

constexpr std::string_view kMagic = "gdrbsyn2";

std::string PathIn(const std::string& folder) { return folder + "/SYNCED"; }

std::string Encode(const SyncedMark& mark) {
  std::string bytes(kMagic);
  for (const uint64_t number :
       {mark.sequence, mark.manifest_number, mark.manifest_bytes}) {
    PutBigEndian(bytes, number);
  }
  bytes += Hash<Digest128>(bytes).view();
  return bytes;
}

}  // namespace

absl::StatusOr<std::optional<SyncedMark>> ReadSyncedMark(
    const std::string& folder) {
  const std::string path = PathIn(folder);
  const auto read = ReadWholeFile(path);
  if (absl::IsNotFound(read.status())) return std::nullopt;
  GARDEROBE_RETURN_IF_ERROR(read.status());
  const std::string& bytes = *read;
  SyncedMark mark;
  ByteReader reader(
      std::string_view(bytes).substr(std::min(bytes.size(), kMagic.size())));
  for (uint64_t* number :
       {&mark.sequence, &mark.manifest_number, &mark.manifest_bytes}) {
    if (!reader.GetInteger(number)) break;
  }
  if (bytes != Encode(mark)) return DataLoss("{} is damaged", path);
  return mark;
}

absl::StatusOr<std::unique_ptr<SyncedMarkFile>> SyncedMarkFile::Create(
    const std::string& folder, const SyncedMark& mark) {
  const std::string path = PathIn(folder);
  GARDEROBE_RETURN_IF_ERROR(ReplaceFile(path, Encode(mark), 0600));
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return Unavailable("cannot open {}: {}", path, strerror(errno));
  return std::unique_ptr<SyncedMarkFile>(new SyncedMarkFile(path, fd, mark));
}

SyncedMarkFile::~SyncedMarkFile() { close(fd_); }

absl::Status SyncedMarkFile::NoteWrites(uint64_t sequence) {
  const MutexLock lock(&mutex_);
  // Who synced less may come later.
  if (sequence <= mark_.sequence) return absl::OkStatus();
  mark_.sequence = sequence;
  return Write();
}

absl::Status SyncedMarkFile::NoteManifest(uint64_t number, uint64_t bytes) {
  const MutexLock lock(&mutex_);
  if (std::tie(number, bytes) <=
      std::tie(mark_.manifest_number, mark_.manifest_bytes)) {
    return absl::OkStatus();
  }
  mark_.manifest_number = number;
  mark_.manifest_bytes = bytes;
  return Write();
}

absl::Status SyncedMarkFile::Write() {
  const std::string bytes = Encode(mark_);
  // Within one sector, so the old mark or the new one is there.
  const ssize_t wrote = pwrite(fd_, bytes.data(), bytes.size(), 0);
  if (wrote == static_cast<ssize_t>(bytes.size())) return absl::OkStatus();
  return Unavailable("cannot write {}: {}", path_,
                     wrote < 0 ? strerror(errno) : "short write");
}

}  // namespace garderobe
