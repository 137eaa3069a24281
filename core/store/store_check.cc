#include "core/store/store_check.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <vector>

#include "core/base/files.h"
#include "core/store/log_scan.h"
#include "spdlog/spdlog.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kManifestPrefix = "MANIFEST-";

// Nothing: it is no number.
std::optional<uint64_t> NumberIn(std::string_view digits) {
  uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return number;
}

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
    if (const auto number = NumberIn(path.stem().string())) {
      found.logs.push_back(*number);
    }
  }
  if (error) return Unavailable("cannot list {}: {}", folder, error.message());
  std::sort(found.logs.begin(), found.logs.end());
  return found;
}

// `promised`: the file is known to have been longer than it is intact now.
absl::Status Judge(const std::string& path, const LogScan& scan,
                   bool promised) {
  if (scan.goes_on || promised) {
    return DataLoss(
        "{} is damaged at byte {} of {}: {}; nothing was changed; {}", path,
        scan.intact_bytes, scan.file_bytes,
        scan.goes_on ? "intact records follow"
                     : "what was stored there is missing",
        kWhatToDoAboutDamage);
  }
  if (scan.intact_bytes < scan.file_bytes) {
    spdlog::warn(
        "event=torn-tail file={} bytes={} left_out={} reason=\"the end was "
        "being written when the daemon or the machine stopped; it was not "
        "acknowledged\"",
        path, scan.file_bytes, scan.file_bytes - scan.intact_bytes);
  }
  return absl::OkStatus();
}

absl::Status CheckManifest(const std::string& folder,
                           const std::optional<SyncedMark>& mark) {
  GARDEROBE_ASSIGN_OR_RETURN(std::string name,
                             ReadWholeFile(folder + "/CURRENT"));
  if (name.ends_with('\n')) name.pop_back();
  const auto number =
      name.starts_with(kManifestPrefix)
          ? NumberIn(std::string_view(name).substr(kManifestPrefix.size()))
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
  GARDEROBE_ASSIGN_OR_RETURN(const LogScan scan, ScanLog(path));
  return Judge(path, scan,
               mark && *number == mark->manifest_number &&
                   scan.intact_bytes < mark->manifest_bytes);
}

}  // namespace

absl::StatusOr<StoreFolder> CheckStoreFolder(const std::string& folder) {
  StoreFolder state;
  const auto mark = ReadSyncedMark(folder);
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
  for (const uint64_t number : found.logs) {
    const std::string path = folder + "/" + LogName(number);
    GARDEROBE_ASSIGN_OR_RETURN(const LogScan scan, ScanLog(path));
    const bool promised = state.mark && number == state.mark->log_number &&
                          scan.intact_bytes < scan.file_bytes &&
                          scan.last_sequence < state.mark->sequence;
    GARDEROBE_RETURN_IF_ERROR(Judge(path, scan, promised));
  }
  return state;
}

absl::Status CheckOpenedStore(const std::string& folder,
                              const StoreFolder& before, uint64_t sequence) {
  if (!before.mark || sequence >= before.mark->sequence) {
    return absl::OkStatus();
  }
  return DataLoss(
      "{}: the last {} writes that were stored are missing: {} or a log before "
      "it is lost or cut short; {}",
      folder, before.mark->sequence - sequence,
      LogName(before.mark->log_number), kWhatToDoAboutDamage);
}

}  // namespace garderobe
