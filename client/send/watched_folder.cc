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
  for (int copy = 2; fs::exists(place); ++copy) {
    place = to / fmt::format("{}.{}", name, copy);
  }
  fs::rename(file, place, error);
  if (error) return Unavailable("cannot move {}: {}", file, error.message());
  return absl::OkStatus();
}

}  // namespace

std::string PlaceOf(const SendReport& report) {
  if (report.relations_waiting > 0) return "waiting";
  return report.visits_accepted == 0 && report.visits_refused > 0 ? "refused"
                                                                  : "delivered";
}

absl::Status WatchFolder(
    const std::string& folder,
    const std::function<absl::StatusOr<std::string>(const std::string& file)>&
        deliver) {
  if (!fs::is_directory(folder)) return NotFound("{} is no folder", folder);
  std::map<std::string, uintmax_t> seen;
  for (;;) {
    std::set<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.is_regular_file() && IsExport(entry.path())) {
        files.insert(entry.path().string());
      }
    }
    for (const std::string& file : files) {
      std::error_code error;
      const uintmax_t size = fs::file_size(file, error);
      // Still growing: look again next time.
      if (error || seen[file] != size) {
        seen[file] = size;
        continue;
      }
      const auto place = deliver(file);
      // Only a file that can never be delivered is put away; anything else (no
      // connection, a full disk, an agreement) may be mended.
      if (!place.ok() &&
          place.status().code() != absl::StatusCode::kInvalidArgument) {
        std::this_thread::sleep_for(kAfterFailure);
        break;
      }
      GARDEROBE_RETURN_IF_ERROR(
          PutAway(file, fs::path(folder) / (place.ok() ? *place : "refused")));
      seen.erase(file);
    }
    std::this_thread::sleep_for(kLookEvery);
  }
}

}  // namespace garderobe::client
