#include "client/send/watched_folder.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

namespace garderobe::client {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kLookEvery{1};
constexpr std::chrono::seconds kAfterFailure{30};

bool IsExport(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return extension == ".csv" || extension == ".xlsx" || extension == ".ods" ||
         extension == ".zip";
}

absl::Status PutAway(const std::string& file, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to, error);
  const std::string name = fs::path(file).filename().string();
  fs::path place = to / name;
  for (int copy = 2; fs::exists(place, error); ++copy) {
    place = to / fmt::format("{}.{}", name, copy);
  }
  fs::rename(file, place, error);
  if (error)
    return Unavailable("cannot move {} to {}: {}", file, to.string(),
                       error.message());
  return absl::OkStatus();
}

// Exports in the folder, by name. NotFound: it is no folder, or can't be read.
absl::StatusOr<std::set<std::string>> ExportsIn(const std::string& folder) {
  std::set<std::string> files;
  std::error_code error;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    std::error_code of_entry;
    if (at->is_regular_file(of_entry) && IsExport(at->path())) {
      files.insert(at->path().string());
    }
  }
  if (error) {
    return NotFound("cannot read the folder {}: {}", folder, error.message());
  }
  return files;
}

}  // namespace

std::string PlaceOf(const SendReport& report) {
  if (report.relations_waiting > 0) return "waiting";
  return report.visits_accepted == 0 && report.visits_refused > 0 ? "refused"
                                                                  : "delivered";
}

void WatchFolder(
    const std::string& folder,
    const std::function<absl::StatusOr<std::string>(const std::string& file)>&
        deliver,
    const std::function<void(const absl::Status&)>& told) {
  std::map<std::string, uintmax_t> seen;
  std::map<std::string, std::string> done;  // and where each belongs
  const auto look = [&]() -> absl::Status {
    GARDEROBE_ASSIGN_OR_RETURN(const auto files, ExportsIn(folder));
    for (const std::string& file : files) {
      if (!done.contains(file)) {
        std::error_code error;
        const uintmax_t size = fs::file_size(file, error);
        // Still growing: look again next time.
        if (error || seen[file] != size) {
          seen[file] = size;
          continue;
        }
        const auto place = deliver(file);
        // Only a file that can never be delivered is put away; anything else
        // (no connection, a full disk, an agreement) may be mended.
        if (!place.ok() &&
            place.status().code() != absl::StatusCode::kInvalidArgument) {
          return place.status();
        }
        done[file] = place.ok() ? *place : "refused";
      }
      // What can't be moved is not delivered again.
      GARDEROBE_RETURN_IF_ERROR(PutAway(file, fs::path(folder) / done[file]));
      done.erase(file);
      seen.erase(file);
    }
    return absl::OkStatus();
  };
  for (bool was_well = true;;) {
    const absl::Status status = look();
    if (!status.ok() || !was_well) told(status);
    was_well = status.ok();
    std::this_thread::sleep_for(was_well ? kLookEvery : kAfterFailure);
  }
}

}  // namespace garderobe::client
