#include "client/tables/csv_reader.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "client/tables/file_form.h"

namespace garderobe::client {
namespace {

constexpr size_t kChunkBytes = 1 << 20;
constexpr size_t kLinesLookedAt = 50, kHeadBytes = 1 << 16;
constexpr std::string_view kBom = "\xef\xbb\xbf";

// How often the first lines hold `candidate` outside quotes: the count that
// most of them share, times how many share it. Title lines have none, and a
// comma inside a price is in some lines only.
size_t Votes(std::string_view head, char candidate) {
  std::map<size_t, size_t> lines_by_count;
  size_t lines = 0, count = 0;
  bool quoted = false;
  for (size_t i = 0; i <= head.size() && lines < kLinesLookedAt; ++i) {
    if (i == head.size() || head[i] == '\n' || head[i] == '\r') {
      if (count > 0) ++lines_by_count[count];
      lines += count > 0;
      count = 0;
      quoted = false;
      continue;
    }
    if (head[i] == '"') quoted = !quoted;
    count += !quoted && head[i] == candidate;
  }
  size_t most = 0;
  for (const auto& [per_line, shared_by] : lines_by_count) {
    most = std::max(most, per_line * shared_by);
  }
  return most;
}

char DetectDelimiter(std::string_view head) {
  char best = ',';
  size_t most = 0;
  for (char candidate : {',', ';', '\t', '|'}) {
    const size_t votes = Votes(head, candidate);
    if (votes > most) {
      most = votes;
      best = candidate;
    }
  }
  return best;
}

// Excel's own way to say it: a first line `sep=;`. Its length, 0 when it is
// not there.
size_t SeparatorLine(std::string_view head, char* delimiter) {
  if (head.size() < 5 ||
      (head.substr(0, 4) != "sep=" && head.substr(0, 4) != "SEP=")) {
    return 0;
  }
  const size_t end = head.find_first_of("\r\n");
  if (end != 5) return 0;
  *delimiter = head[4];
  return end;
}

bool IsLineEnd(char c) { return c == '\n' || c == '\r'; }

// Lines that end within `text`, whether by LF, CRLF or CR.
uint64_t LineEnds(std::string_view text) {
  uint64_t ends = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    ends += text[i] == '\n' ||
            (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'));
  }
  return ends;
}

}  // namespace

absl::StatusOr<std::unique_ptr<CsvReader>> CsvReader::Open(
    const std::string& path, char delimiter, Encoding encoding) {
  auto source = OpenFile(path);
  if (!source.ok()) return source.status();
  return Over(std::move(source), path, delimiter, encoding);
}

absl::StatusOr<std::unique_ptr<CsvReader>> CsvReader::OpenPacked(
    const std::string& path, char delimiter, Encoding encoding) {
  return Over(OpenZipped(path), path, delimiter, encoding);
}

absl::StatusOr<std::unique_ptr<CsvReader>> CsvReader::Over(
    absl::StatusOr<std::unique_ptr<ByteSource>> source, const std::string& path,
    char delimiter, Encoding encoding) {
  if (!source.ok()) return Annotate(source.status(), path);
  std::unique_ptr<CsvReader> reader(new CsvReader());
  reader->delimiter_ = delimiter;
  reader->source_ = *std::move(source);
  reader->total_ = reader->source_->total();
  reader->decoder_ = TextDecoder(encoding);
  const absl::Status status = reader->Begin();
  if (!status.ok()) return Annotate(status, path);
  return reader;
}

absl::StatusOr<std::unique_ptr<CsvReader>> CsvReader::OverText(
    std::string text) {
  std::unique_ptr<CsvReader> reader(new CsvReader());
  reader->total_ = text.size();
  reader->buffer_ = std::move(text);
  reader->eof_ = true;
  GARDEROBE_RETURN_IF_ERROR(reader->Begin());
  return reader;
}

absl::Status CsvReader::Begin() {
  if (!eof_) GARDEROBE_RETURN_IF_ERROR(Fill().status());
  if (decoder_.LooksCoded(buffer_)) {
    const std::string bytes = std::exchange(buffer_, {});
    decoder_.Decode(bytes, &buffer_);
  }
  GARDEROBE_RETURN_IF_ERROR(CheckIsText(buffer_));
  while (std::string_view(buffer_).substr(at_).starts_with(kBom)) {
    at_ += kBom.size();
  }
  const std::string_view head =
      std::string_view(buffer_).substr(at_, kHeadBytes);
  char named = '\0';
  at_ += SeparatorLine(head, &named);
  consumed_ = at_;
  if (delimiter_ == '\0') delimiter_ = named;
  if (delimiter_ == '\0') delimiter_ = DetectDelimiter(head);
  return absl::OkStatus();
}

absl::StatusOr<bool> CsvReader::Fill() {
  if (eof_) return false;
  buffer_.erase(0, at_);
  at_ = 0;
  const size_t before = buffer_.size();
  buffer_.resize(before + kChunkBytes);
  auto got = source_->Read(buffer_.data() + before, kChunkBytes);
  buffer_.resize(before + (got.ok() ? *got : 0));
  GARDEROBE_RETURN_IF_ERROR(got.status());
  if (decoder_.is_on()) {
    const std::string bytes = buffer_.substr(before);
    buffer_.resize(before);
    decoder_.Decode(bytes, &buffer_);
  }
  eof_ = *got == 0;
  return *got > 0;
}

size_t CsvReader::FindRowEnd(bool at_end, bool* unbalanced) const {
  const char* const data = buffer_.data();
  const size_t size = std::min(buffer_.size(), at_ + kRowBytesMax + 1);
  size_t i = at_;
  *unbalanced = false;
  for (;;) {
    // At the beginning of a field: only here does a quote open one.
    if (i < size && data[i] == '"') {
      for (++i;; ++i) {
        const void* quote =
            i < size ? std::memchr(data + i, '"', size - i) : nullptr;
        if (quote == nullptr) {
          *unbalanced = true;
          return std::string::npos;
        }
        i = static_cast<size_t>(static_cast<const char*>(quote) - data) + 1;
        if (i >= size || data[i] != '"') break;
      }
    }
    while (i < size && data[i] != delimiter_ && data[i] != '\n' &&
           data[i] != '\r') {
      ++i;
    }
    if (i >= size) {
      return at_end && i == buffer_.size() ? i : std::string::npos;
    }
    if (data[i] != delimiter_) return i;
    ++i;
  }
}

absl::Status CsvReader::SkipLine(std::string_view fault, TableRow* row) {
  row->fault = fault;
  row->fields.clear();
  size_t end = buffer_.find_first_of("\r\n", at_);
  if (end != std::string::npos || eof_) {
    row->fields.push_back(std::string_view(buffer_).substr(at_, end - at_));
  }
  while (end == std::string::npos && !eof_) {
    consumed_ += buffer_.size() - at_;
    at_ = buffer_.size();
    GARDEROBE_RETURN_IF_ERROR(Fill().status());
    end = buffer_.find_first_of("\r\n", at_);
  }
  if (end == std::string::npos) end = buffer_.size();
  consumed_ += end - at_;
  at_ = end;
  return absl::OkStatus();
}

bool CsvReader::Split(size_t begin, size_t end, TableRow* row) {
  char* const data = buffer_.data();
  size_t i = begin;
  bool clean = true;
  for (;;) {
    if (i < end && data[i] == '"') {
      // Unescapes in place: what is written never overtakes what is read.
      const size_t start = i++;
      size_t out = start;
      while (i < end) {
        if (data[i] != '"') {
          data[out++] = data[i++];
        } else if (i + 1 < end && data[i + 1] == '"') {
          data[out++] = '"';
          i += 2;
        } else {
          break;
        }
      }
      ++i;  // the closing quote
      while (i < end && data[i] != delimiter_) {
        clean = false;
        data[out++] = data[i++];
      }
      row->fields.emplace_back(data + start, out - start);
    } else {
      const size_t start = i;
      const void* found = std::memchr(data + i, delimiter_, end - i);
      i = found == nullptr
              ? end
              : static_cast<size_t>(static_cast<const char*>(found) - data);
      row->fields.emplace_back(data + start, i - start);
    }
    if (i >= end) return clean;
    ++i;  // the delimiter
    if (i == end) {
      row->fields.emplace_back();
      return clean;
    }
  }
}

absl::StatusOr<bool> CsvReader::Read(TableRow* row) {
  row->fields.clear();
  row->fault = {};
  for (;;) {
    // Line ends and empty lines.
    while (at_ < buffer_.size() && IsLineEnd(buffer_[at_])) {
      const bool crlf = buffer_[at_] == '\r' && at_ + 1 < buffer_.size() &&
                        buffer_[at_ + 1] == '\n';
      at_ += crlf ? 2 : 1;
      consumed_ += crlf ? 2 : 1;
      ++line_;
    }
    bool unbalanced = false;
    const size_t end = at_ < buffer_.size() ? FindRowEnd(eof_, &unbalanced)
                                            : std::string::npos;
    if (end == std::string::npos) {
      const bool too_long = buffer_.size() - at_ > kRowBytesMax;
      if (!too_long && !eof_) {
        GARDEROBE_RETURN_IF_ERROR(Fill().status());
        continue;
      }
      if (at_ >= buffer_.size()) return false;
      // The quote is never closed, or the row has no end: give up this line.
      row->line = line_;
      GARDEROBE_RETURN_IF_ERROR(
          SkipLine(unbalanced ? "QUOTE_UNBALANCED" : "ROW_TOO_LONG", row));
      return true;
    }
    row->line = line_;
    const uint64_t breaks =
        LineEnds(std::string_view(buffer_).substr(at_, end - at_));
    if (breaks > 0 && width_ > 0) {
      // A row over several lines that does not fit the header is a stray
      // quote: the lines it swallowed are rows of their own. Splitting
      // unescapes in place, so it is tried on a copy.
      const std::string before = buffer_.substr(at_, end - at_);
      const bool clean = Split(at_, end, row);
      if (!clean || row->fields.size() != width_) {
        buffer_.replace(at_, before.size(), before);
        GARDEROBE_RETURN_IF_ERROR(SkipLine("QUOTE_UNBALANCED", row));
        return true;
      }
    } else {
      Split(at_, end, row);
    }
    std::string_view& last = row->fields.back();
    if (!at_end_.empty() && last.ends_with(at_end_)) {
      last.remove_suffix(at_end_.size());
    }
    line_ += breaks;
    consumed_ += end - at_;
    at_ = end;
    return true;
  }
}

}  // namespace garderobe::client
