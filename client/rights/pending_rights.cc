#include "client/rights/pending_rights.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/checked_file.h"
#include "core/base/checked_message.h"

namespace garderobe::client {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kKind = "right-request";
constexpr std::string_view kEnding = ".request";

}  // namespace

std::string PendingRights::PathOf(const std::string& request_id) const {
  return folder_ + "/" + ToHex(AsBytes(request_id)) + std::string(kEnding);
}

absl::Status PendingRights::Keep(const v1::ExerciseRightRequest& request) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (!error) {
    fs::permissions(folder_, fs::perms::owner_all, error);
  }
  if (error) {
    return Unavailable("cannot create {}: {}", folder_, error.message());
  }
  return WriteCheckedFile(PathOf(request.request_id()), kKind,
                          request.SerializeAsString());
}

absl::StatusOr<std::vector<v1::ExerciseRightRequest>> PendingRights::List()
    const {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, std::string>> files;
  fs::directory_iterator folder(folder_, error);
  if (error == std::errc::no_such_file_or_directory) {
    return std::vector<v1::ExerciseRightRequest>();
  }
  if (error) return Unavailable("cannot read {}: {}", folder_, error.message());
  for (const auto& entry : folder) {
    if (entry.path().extension() != kEnding) continue;
    files.emplace_back(entry.last_write_time(error), entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::vector<v1::ExerciseRightRequest> requests;
  for (const auto& [time, path] : files) {
    GARDEROBE_ASSIGN_OR_RETURN(
        const bool is_there,
        ReadCheckedMessage(path, kKind, requests.emplace_back()));
    if (!is_there) requests.pop_back();
  }
  return requests;
}

absl::Status PendingRights::Forget(const std::string& request_id) {
  std::error_code error;
  fs::remove(PathOf(request_id), error);
  if (error) {
    return Unavailable("cannot remove {}: {}", PathOf(request_id),
                       error.message());
  }
  return absl::OkStatus();
}

}  // namespace garderobe::client
