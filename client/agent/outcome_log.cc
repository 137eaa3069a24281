#include "client/agent/outcome_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

#include "core/base/folder_sync.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

// How far apart the places lie that are remembered, in bytes.
constexpr uint64_t kPlaceEvery = 64 << 10;

absl::Status LogFault(const std::string& path) {
  return Unavailable("cannot write {}: {}", path, std::strerror(errno));
}

json RefusedJson(const std::vector<Refusal>& refused) {
  json list = json::array();
  for (const Refusal& one : refused) {
    list.push_back(
        {{"row", one.line}, {"column", one.column}, {"reason", one.reason}});
  }
  return list;
}

// What the log has to find in a line; nothing when it is none.
struct LineNumbers {
  uint64_t from, to, at, stored_in_all, refused_in_all;
};
std::optional<LineNumbers> NumbersIn(const json& line) {
  const auto number = [&](const char* key) -> std::optional<uint64_t> {
    const auto found = line.find(key);
    if (found == line.end() || !found->is_number_unsigned()) {
      return std::nullopt;
    }
    return found->get<uint64_t>();
  };
  if (!line.is_object()) return std::nullopt;
  const auto from = number("from"), to = number("to"), at = number("at"),
             stored = number("stored_in_all"),
             refused = number("refused_in_all");
  if (!from || !to || !at || !stored || !refused) return std::nullopt;
  return LineNumbers{*from, *to, *at, *stored, *refused};
}
std::optional<LineNumbers> NumbersIn(const std::string& line) {
  return NumbersIn(json::parse(line, nullptr, /*allow_exceptions=*/false));
}

}  // namespace

OutcomeLog::OutcomeLog(std::string path, uint64_t bytes_kept)
    : bytes_kept_(bytes_kept) {
  const MutexLock lock(&mutex_);
  older_.path = path + ".1";
  newer_.path = std::move(path);
}

OutcomeLog::~OutcomeLog() {
  const MutexLock lock(&mutex_);
  if (file_ >= 0) close(file_);
}

absl::StatusOr<std::unique_ptr<OutcomeLog>> OutcomeLog::Open(
    const std::string& path, uint64_t bytes_kept) {
  std::unique_ptr<OutcomeLog> log(new OutcomeLog(path, bytes_kept));
  const MutexLock lock(&log->mutex_);
  GARDEROBE_RETURN_IF_ERROR(log->Load(log->older_, /*is_newest=*/false));
  GARDEROBE_RETURN_IF_ERROR(log->Load(log->newer_, /*is_newest=*/true));
  log->file_ =
      open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log->file_ < 0) return LogFault(path);
  GARDEROBE_RETURN_IF_ERROR(SyncFolderOf(path));
  return log;
}

void OutcomeLog::NotePlace(Part& part, uint64_t from, uint64_t offset) {
  if (part.at.empty() || offset >= part.at.back().second + kPlaceEvery) {
    part.at.emplace_back(from, offset);
  }
}

absl::Status OutcomeLog::Load(Part& part, bool is_newest) {
  std::ifstream file(part.path, std::ios::binary);
  uint64_t whole = 0;
  for (std::string line; std::getline(file, line);) {
    const auto numbers = NumbersIn(line);
    if (file.eof() || !numbers) {
      if (is_newest) break;
    } else {
      NotePlace(part, numbers->from, whole);
      totals_ = {numbers->to, numbers->stored_in_all, numbers->refused_in_all,
                 numbers->at};
    }
    whole += line.size() + 1;
  }
  part.bytes = whole;
  if (is_newest && file.is_open() &&
      truncate(part.path.c_str(), static_cast<off_t>(whole)) != 0) {
    return LogFault(part.path);
  }
  return absl::OkStatus();
}

absl::Status OutcomeLog::Turn() {
  const int fresh =
      open((newer_.path + ".new").c_str(),
           O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (fresh < 0) return LogFault(newer_.path);
  if (rename(newer_.path.c_str(), older_.path.c_str()) != 0 ||
      rename((newer_.path + ".new").c_str(), newer_.path.c_str()) != 0) {
    close(fresh);
    return LogFault(newer_.path);
  }
  close(std::exchange(file_, fresh));
  older_.bytes = newer_.bytes;
  older_.at = std::move(newer_.at);
  newer_.bytes = 0;
  newer_.at.clear();
  return SyncFolderOf(newer_.path);
}

absl::Status OutcomeLog::Append(const BatchResult& result) {
  const MutexLock lock(&mutex_);
  if (newer_.bytes > bytes_kept_) GARDEROBE_RETURN_IF_ERROR(Turn());
  const uint64_t stored = totals_.stored + result.stored;
  const uint64_t refused = totals_.refused + result.refused_count;
  const json line = {{"from", result.from},
                     {"to", result.to},
                     {"at", result.at},
                     {"stored", result.stored},
                     {"replaced", result.replaced},
                     {"refused_count", result.refused_count},
                     {"refused", RefusedJson(result.refused)},
                     {"stored_in_all", stored},
                     {"refused_in_all", refused}};
  const std::string text = line.dump() + "\n";
  const ssize_t written = write(file_, text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size()) || fdatasync(file_) != 0) {
    const absl::Status status = LogFault(newer_.path);
    (void)!ftruncate(file_, static_cast<off_t>(newer_.bytes));
    return status;
  }
  NotePlace(newer_, result.from, newer_.bytes);
  newer_.bytes += text.size();
  totals_ = {result.to, stored, refused, result.at};
  return absl::OkStatus();
}

OutcomeLog::Totals OutcomeLog::totals() const {
  const MutexLock lock(&mutex_);
  return totals_;
}

absl::StatusOr<OutcomeLog::Page> OutcomeLog::ReadAfter(
    uint64_t after, size_t batches_max) const {
  const MutexLock lock(&mutex_);
  Page page;
  page.after = page.to = after;
  for (const Part* part : {&older_, &newer_}) {
    uint64_t offset = 0;
    for (const auto& [from, at] : part->at) {
      if (from <= after + 1) offset = at;
    }
    std::ifstream file(part->path, std::ios::binary);
    if (part->bytes > 0 && !file.seekg(static_cast<std::streamoff>(offset))) {
      return Unavailable("cannot read {}", part->path);
    }
    for (std::string line; offset < part->bytes && std::getline(file, line);) {
      offset += line.size() + 1;
      const auto numbers = NumbersIn(line);
      if (!numbers || numbers->to <= after) continue;
      if (page.lines.size() >= batches_max) return page;
      if (page.lines.empty() && numbers->from > after + 1) {
        page.after = numbers->from - 1;
      }
      page.to = numbers->to;
      page.lines.push_back(line);
    }
  }
  return page;
}

absl::StatusOr<std::vector<uint64_t>> OutcomeLog::RefusedIn(uint64_t from,
                                                            uint64_t to) const {
  constexpr size_t kBatchesAtOnce = 256;
  std::vector<uint64_t> rows;
  for (uint64_t after = from - 1; after < to;) {
    GARDEROBE_ASSIGN_OR_RETURN(const Page page,
                               ReadAfter(after, kBatchesAtOnce));
    if (page.lines.empty()) break;
    for (const std::string& text : page.lines) {
      const json line = json::parse(text, nullptr, false);
      for (const json& one : line["refused"]) {
        const uint64_t row = one.value("row", uint64_t{0});
        if (row >= from && row <= to) rows.push_back(row);
      }
    }
    after = page.to;
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace garderobe::client
