#include "core/store/inventory.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string_view>

#include "core/base/checked_file.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kKind = "data-inventory";
constexpr std::string_view kNoId = "-";

// A folder that holds no more than what is left of an attempt to open a store
// is as good as none.
bool HoldsData(const std::string& place) {
  std::error_code error;
  if (!fs::is_directory(place, error)) return fs::exists(place, error);
  const auto entries = fs::directory_iterator(place, error);
  return !error && std::any_of(begin(entries), end(entries), [](auto& entry) {
    const std::string name = entry.path().filename().string();
    return name != "LOCK" && !name.starts_with("LOG");
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Inventory>> Inventory::Open(
    const std::string& keys_folder, Places places) {
  std::unique_ptr<Inventory> inventory(
      new Inventory(keys_folder + "/data-inventory", std::move(places)));
  const auto text = ReadCheckedFile(inventory->path_, kKind);
  if (text.status().code() == absl::StatusCode::kNotFound) return inventory;
  // Not taken for none: it would be replaced.
  if (absl::IsUnavailable(text.status())) return text.status();
  if (!text.ok()) {
    return DataLoss(
        "{} is damaged; if the data folder is in order, remove this file: it "
        "is made again (docs/operating.md, Damage)",
        inventory->path_);
  }
  std::istringstream lines(*text);
  std::string name, id;
  const MutexLock lock(&inventory->mutex_);
  while (lines >> name >> id) inventory->ids_[name] = id;
  return inventory;
}

absl::Status Inventory::Check() const {
  const MutexLock lock(&mutex_);
  for (const auto& [name, id] : ids_) {
    const auto place = places_.find(name);
    if (place == places_.end() || HoldsData(place->second)) continue;
    return FailedPrecondition(
        "{} is empty or missing, but {} notes that these keys have been used "
        "with it; put it back from a copy, or, if it is lost for good, start "
        "the daemon once with --create-store (docs/operating.md, Damage)",
        place->second, path_);
  }
  return absl::OkStatus();
}

absl::Status Inventory::NoteFiles() {
  const MutexLock lock(&mutex_);
  Ids ids = ids_;
  for (const auto& [name, place] : places_) {
    std::error_code error;
    if (fs::is_regular_file(place, error)) ids.emplace(name, kNoId);
  }
  return Replace(std::move(ids));
}

absl::Status Inventory::NoteStore(const std::string& name,
                                  const std::string& id) {
  const MutexLock lock(&mutex_);
  const auto found = ids_.find(name);
  if (found == ids_.end()) {
    Ids ids = ids_;
    ids[name] = id;
    return Replace(std::move(ids));
  }
  if (found->second == id) return absl::OkStatus();
  const auto place = places_.find(name);
  return FailedPrecondition(
      "{} is not the store that {} notes for these keys: it belongs to other "
      "keys or to another deployment; put the right one back, or, if it shall "
      "stay, remove that file (docs/operating.md, Damage)",
      place == places_.end() ? name : place->second, path_);
}

absl::StatusOr<std::vector<std::string>> Inventory::GiveUpMissing(
    const std::string& keys_folder, const Places& places) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto inventory, Open(keys_folder, places));
  const MutexLock lock(&inventory->mutex_);
  std::vector<std::string> missing;
  Ids ids = inventory->ids_;
  for (const auto& [name, place] : places) {
    if (!ids.contains(name) || HoldsData(place)) continue;
    missing.push_back(place);
    ids.erase(name);
  }
  if (missing.empty()) {
    return FailedPrecondition(
        "nothing that these keys were used with is missing; what is there is "
        "kept: move it away before another is made");
  }
  GARDEROBE_RETURN_IF_ERROR(inventory->Replace(std::move(ids)));
  return missing;
}

absl::Status Inventory::Replace(Ids ids) {
  if (ids == ids_) return absl::OkStatus();
  std::string text;
  for (const auto& [name, id] : ids) text += fmt::format("{} {}\n", name, id);
  GARDEROBE_RETURN_IF_ERROR(WriteCheckedFile(path_, kKind, text));
  ids_ = std::move(ids);
  return absl::OkStatus();
}

}  // namespace garderobe
