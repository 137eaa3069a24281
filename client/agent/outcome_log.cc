#include "client/agent/outcome_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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
// Refusals of a line; more of a batch stand in several.
constexpr size_t kRefusalsOfLine = 1000;
// The size of a page, roughly.
constexpr size_t kPageBytesMax = 1 << 20;
// No row has a number beyond.
constexpr uint64_t kRowMost = uint64_t{1} << 60;

absl::Status LogFault(const std::string& path) {
  return Unavailable("cannot write {}: {}", path, std::strerror(errno));
}

json RefusedOfLine(const std::vector<Refusal>& refused) {
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

// A result in pieces of so many refusals; all but the last end at a row that
// was refused. Where not every row that was refused is named, what is stored of
// the pieces can't be told apart, and stands in the last.
std::vector<BatchResult> PiecesOf(const BatchResult& result) {
  std::vector<BatchResult> pieces;
  BatchResult rest = result;
  // Customers are no rows, so that theirs can't be told apart.
  const bool is_named =
      result.refused.size() == result.refused_count &&
      result.stored + result.refused_count == result.to - result.from + 1;
  while (rest.refused.size() > kRefusalsOfLine) {
    BatchResult piece;
    piece.from = rest.from;
    piece.at = rest.at;
    const auto cut = rest.refused.begin() + kRefusalsOfLine;
    piece.refused.assign(rest.refused.begin(), cut);
    rest.refused.erase(rest.refused.begin(), cut);
    piece.to = piece.refused.back().line;
    piece.refused_count = piece.refused.size();
    if (is_named) piece.stored = piece.to - piece.from + 1 - kRefusalsOfLine;
    rest.from = piece.to + 1;
    rest.refused_count -= piece.refused_count;
    rest.stored -= std::min(rest.stored, piece.stored);
    pieces.push_back(std::move(piece));
  }
  pieces.push_back(std::move(rest));
  return pieces;
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
    // A last line without its end was told to nobody. Any other that can't be
    // read is passed over: what stands behind it is still true.
    if (file.eof() && is_newest) break;
    if (const auto numbers = NumbersIn(line)) {
      NotePlace(part, numbers->from, whole);
      if (numbers->to > totals_.to) {
        totals_ = {numbers->to, numbers->stored_in_all, numbers->refused_in_all,
                   numbers->at};
      }
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
  // Where an earlier try stopped between the two, the first is done.
  if ((rename(newer_.path.c_str(), older_.path.c_str()) != 0 &&
       errno != ENOENT) ||
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
  struct stat about;
  if (fstat(file_, &about) != 0 || about.st_nlink == 0) {
    return Unavailable("somebody has deleted {}; start the agent again",
                       newer_.path);
  }
  Totals totals = totals_;
  std::string text;
  std::vector<std::pair<uint64_t, uint64_t>> places;  // from, offset
  for (const BatchResult& piece : PiecesOf(result)) {
    totals.stored += piece.stored;
    totals.refused += piece.refused_count;
    places.emplace_back(piece.from, newer_.bytes + text.size());
    text += json{{"from", piece.from},
                 {"to", piece.to},
                 {"at", piece.at},
                 {"stored", piece.stored},
                 {"replaced", piece.replaced},
                 {"refused_count", piece.refused_count},
                 {"refused", RefusedOfLine(piece.refused)},
                 {"stored_in_all", totals.stored},
                 {"refused_in_all", totals.refused}}
                .dump() +
            "\n";
  }
  const ssize_t written = write(file_, text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size()) || fdatasync(file_) != 0) {
    const absl::Status status = LogFault(newer_.path);
    (void)!ftruncate(file_, static_cast<off_t>(newer_.bytes));
    return status;
  }
  for (const auto& [from, offset] : places) NotePlace(newer_, from, offset);
  newer_.bytes += text.size();
  totals.to = result.to;
  totals.at = result.at;
  totals_ = totals;
  return absl::OkStatus();
}

OutcomeLog::Totals OutcomeLog::totals() const {
  const MutexLock lock(&mutex_);
  return totals_;
}

absl::StatusOr<OutcomeLog::Page> OutcomeLog::ReadAfter(
    uint64_t after, size_t batches_max) const {
  Page page;
  after = std::min(after, kRowMost);
  page.after = page.to = after;
  struct Piece {
    std::ifstream file;
    uint64_t offset = 0, end = 0;
  };
  std::array<Piece, 2> pieces;
  {
    // Files are opened together and read without the lock: what they hold up to
    // here does not change.
    const MutexLock lock(&mutex_);
    const std::array<const Part*, 2> parts = {&older_, &newer_};
    for (size_t i = 0; i < parts.size(); ++i) {
      Piece& piece = pieces[i];
      piece.end = parts[i]->bytes;
      for (const auto& [from, at] : parts[i]->at) {
        if (from <= after + 1) piece.offset = at;
      }
      if (piece.end == 0) continue;
      piece.file.open(parts[i]->path, std::ios::binary);
      if (!piece.file.seekg(static_cast<std::streamoff>(piece.offset))) {
        return Unavailable("cannot read {}", parts[i]->path);
      }
    }
  }
  size_t bytes = 0;
  for (Piece& piece : pieces) {
    for (std::string line;
         piece.offset < piece.end && std::getline(piece.file, line);) {
      piece.offset += line.size() + 1;
      const auto numbers = NumbersIn(line);
      if (!numbers || numbers->to <= after) continue;
      if (page.lines.size() >= batches_max || bytes > kPageBytesMax) {
        return page;
      }
      if (page.lines.empty() && numbers->from > after + 1) {
        page.after = numbers->from - 1;
      }
      page.to = numbers->to;
      bytes += line.size();
      page.lines.push_back(std::move(line));
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
      const auto refused = line.find("refused");
      if (refused == line.end() || !refused->is_array()) continue;
      for (const json& one : *refused) {
        const auto row = one.find("row");
        if (row == one.end() || !row->is_number_unsigned()) continue;
        const auto number = row->get<uint64_t>();
        if (number >= from && number <= to) rows.push_back(number);
      }
    }
    after = page.to;
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace garderobe::client
