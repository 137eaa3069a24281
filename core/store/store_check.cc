#include "core/store/store_check.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/damage.h"
#include "core/base/files.h"
#include "core/base/integer.h"
#include "core/store/log_scan.h"
#include "core/store/silent_logger.h"
#include "core/store/store.h"
#include "spdlog/spdlog.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kManifestPrefix = "MANIFEST-";

std::string LogName(uint64_t number) {
  return fmt::format("{:06}.log", number);
}

struct Found {
  std::vector<uint64_t> logs;
  bool has_current = false, has_tables = false;
};

absl::StatusOr<Found> List(const std::string& folder) {
  Found found;
  std::error_code error;
  if (!fs::exists(folder, error)) return found;
  auto entries = fs::directory_iterator(folder, error);
  for (; !error && entries != fs::directory_iterator();
       entries.increment(error)) {
    const fs::path path = entries->path().filename();
    if (path == "CURRENT") found.has_current = true;
    if (path.extension() == ".sst") found.has_tables = true;
    if (path.extension() != ".log") continue;
    if (const auto number = ParseInteger<uint64_t>(path.stem().string())) {
      found.logs.push_back(*number);
    }
  }
  if (error) return Unavailable("cannot list {}: {}", folder, error.message());
  std::sort(found.logs.begin(), found.logs.end());
  return found;
}

struct ScannedFile {
  std::string path;
  LogScan scan;
  bool is_torn() const { return scan.intact_bytes < scan.file_bytes; }
};

absl::Status Damaged(const ScannedFile& file, std::string_view reason) {
  return DataLoss("{} is damaged at byte {} of {}: {}; nothing was changed; {}",
                  file.path, file.scan.intact_bytes, file.scan.file_bytes,
                  reason, kWhatToDoAboutDamage);
}

constexpr std::string_view kMissing = "what was stored there is missing";

// DataLoss: the damage is no torn end.
absl::StatusOr<ScannedFile> Scan(const std::string& path) {
  ScannedFile file{path, {}};
  GARDEROBE_ASSIGN_OR_RETURN(file.scan, ScanLog(path));
  if (file.scan.goes_on) return Damaged(file, "intact records follow");
  return file;
}

void TellTorn(const ScannedFile& file) {
  spdlog::warn(
      "event=torn-tail file={} bytes={} left_out={} reason=\"the end was "
      "being written when the daemon or the machine stopped; it was not "
      "acknowledged\"",
      file.path, file.scan.file_bytes,
      file.scan.file_bytes - file.scan.intact_bytes);
}

absl::Status CheckManifest(const std::string& folder,
                           const std::optional<SyncedMark>& mark) {
  GARDEROBE_ASSIGN_OR_RETURN(std::string name,
                             ReadWholeFile(folder + "/CURRENT"));
  if (name.ends_with('\n')) name.pop_back();
  const auto number =
      name.starts_with(kManifestPrefix)
          ? ParseInteger<uint64_t>(
                std::string_view(name).substr(kManifestPrefix.size()))
          : std::nullopt;
  if (!number || (mark && *number < mark->manifest_number)) {
    return DataLoss("{}/CURRENT is damaged: it does not name the manifest; {}",
                    folder, kWhatToDoAboutDamage);
  }
  const std::string path = folder + "/" + name;
  std::error_code error;
  if (!fs::exists(path, error)) {
    return DataLoss("{} is missing; {}", path, kWhatToDoAboutDamage);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const ScannedFile file, Scan(path));
  if (mark && *number == mark->manifest_number &&
      file.scan.intact_bytes < mark->manifest_bytes) {
    return Damaged(file, kMissing);
  }
  if (file.is_torn()) TellTorn(file);
  return absl::OkStatus();
}

// The number of the last write that the store has when its logs are replayed up
// to the first torn end. A log alone can't tell: what it lacks may be in a
// table or in another log. Changes nothing in the folder.
absl::StatusOr<uint64_t> ReplayToRead(const std::string& folder) {
  rocksdb::DBOptions options;
  options.info_log = std::make_shared<SilentLogger>();
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.track_and_verify_wals_in_manifest = true;
  std::vector<std::string> families;
  rocksdb::Status status =
      rocksdb::DB::ListColumnFamilies(options, folder, &families);
  if (!status.ok()) return Annotate(FromRocks(status), folder);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : families) {
    descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  status = rocksdb::DB::OpenForReadOnly(options, folder, descriptors, &handles,
                                        &opened);
  if (!status.ok()) return Annotate(FromRocks(status), folder);
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  return db->GetLatestSequenceNumber();
}

absl::Status CheckLogs(const std::string& folder, const Found& found,
                       const std::optional<SyncedMark>& mark) {
  std::vector<ScannedFile> torn;
  for (const uint64_t number : found.logs) {
    GARDEROBE_ASSIGN_OR_RETURN(ScannedFile file,
                               Scan(folder + "/" + LogName(number)));
    if (file.is_torn()) torn.push_back(std::move(file));
  }
  if (torn.empty()) return absl::OkStatus();
  if (mark) {
    GARDEROBE_ASSIGN_OR_RETURN(const uint64_t sequence, ReplayToRead(folder));
    if (sequence < mark->sequence) return Damaged(torn.front(), kMissing);
  }
  for (const ScannedFile& file : torn) TellTorn(file);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StoreFolder> CheckStoreFolder(const std::string& folder) {
  StoreFolder state;
  const auto mark = ReadSyncedMark(folder);
  if (absl::IsUnavailable(mark.status())) return mark.status();
  if (!mark.ok()) {
    return Annotate(
        DataLoss("it tells what must be there; {}, or remove it where nothing "
                 "else is damaged",
                 kWhatToDoAboutDamage),
        Message(mark.status()));
  }
  state.mark = *mark;
  GARDEROBE_ASSIGN_OR_RETURN(const Found found, List(folder));
  if (!found.has_current) {
    if (found.has_tables || !found.logs.empty() || state.mark) {
      return DataLoss("{}/CURRENT is missing, but the store is there; {}",
                      folder, kWhatToDoAboutDamage);
    }
    state.is_new = true;
    return state;
  }
  GARDEROBE_RETURN_IF_ERROR(CheckManifest(folder, state.mark));
  GARDEROBE_RETURN_IF_ERROR(CheckLogs(folder, found, state.mark));
  return state;
}

absl::Status CheckOpenedStore(const std::string& folder,
                              const StoreFolder& before, uint64_t sequence) {
  if (!before.mark || sequence >= before.mark->sequence) {
    return absl::OkStatus();
  }
  return DataLoss(
      "{}: the last {} writes that were stored are missing: a log is lost or "
      "cut "
      "short; {}",
      folder, before.mark->sequence - sequence, kWhatToDoAboutDamage);
}

}  // namespace garderobe
