#include "client/tables/spreadsheet_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "client/tables/workbook_parts.h"
#include "client/tables/xml_part.h"
#include "core/base/civil_time.h"
#include "core/base/integer.h"

namespace garderobe::client {
namespace {

constexpr size_t kColumnsMax = 16384;  // as Excel's
constexpr size_t kRowBytesMax = 1 << 20;

// Days from a spreadsheet's day 0 to 2000-01-01: from 1899-12-30, or from
// 1904-01-01.
constexpr int32_t kDays1900 = 36526, kDays1904 = 35064;

// 45730.84375 as 2025-03-14T20:15:00; a time alone as 20:15:00.
std::string DateText(double serial, bool from_1904) {
  if (!(serial >= 0 && serial < 2'958'466)) return fmt::format("{}", serial);
  // To the second: 20:15 is not 20:14:59.99.
  const auto seconds = static_cast<int64_t>(std::llround(serial * 86400));
  const auto day = static_cast<int32_t>(seconds / 86400);
  const int64_t rest = seconds % 86400;
  const std::string time =
      fmt::format("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
  if (day == 0 && !from_1904) return time;
  const std::string date =
      ToIso(FromDayNumber(day - (from_1904 ? kDays1904 : kDays1900)));
  return rest == 0 ? date : date + "T" + time;
}

// 12.5 as "12.5", 612345678 as it stands, not as 6.12346e+08.
std::string NumberText(double value) {
  if (std::abs(value) < 1e15 && value == std::floor(value)) {
    return fmt::format("{:.0f}", value);
  }
  // As spreadsheets show what they have rounded, and as it is recognised.
  return fmt::format("{:.15G}", value);
}

// The column of a cell reference such as AB12, from 0; npos for none.
size_t ColumnOf(std::string_view reference) {
  size_t column = 0;
  for (char c : reference) {
    if (c < 'A' || c > 'Z') break;
    column = column * 26 + static_cast<size_t>(c - 'A' + 1);
    if (column > kColumnsMax) return std::string::npos;
  }
  return column == 0 ? std::string::npos : column - 1;
}

struct SheetRow {
  uint64_t line = 0;
  std::vector<std::string> cells;
  bool too_long = false;
};

// Turns the events of a sheet's part into rows.
class SheetParser {
 public:
  explicit SheetParser(const WorkbookParts& parts) : parts_(parts) {}

  XmlEvents Events() {
    XmlEvents events;
    events.begin = [this](auto name, const auto& a) { Begin(name, a); };
    events.end = [this](auto name) { End(name); };
    events.text = [this](auto text) {
      if (takes_text_ && value_.size() < kRowBytesMax) value_ += text;
    };
    return events;
  }
  std::deque<SheetRow>& rows() { return rows_; }

 private:
  void Begin(std::string_view name, const Attributes& a) {
    if (name == "row") {
      row_ = SheetRow();
      bytes_ = 0;
      ++line_;
      const auto written = ParseInteger<uint64_t>(a.Get("r"));
      if (written && *written >= line_) line_ = *written;
      row_.line = line_;
      next_ = 0;
    } else if (name == "c") {
      const std::string_view reference = a.Get("r");
      column_ = reference.empty() ? next_ : ColumnOf(reference);
      next_ = column_ + 1;
      type_ = a.Get("t");
      style_ = ParseInteger<size_t>(a.Get("s")).value_or(0);
      value_.clear();
    } else if (name == "v" || name == "t") {
      takes_text_ = !phonetic_;
    } else if (name == "rPh") {
      phonetic_ = true;
    }
  }

  void End(std::string_view name) {
    if (name == "v" || name == "t") takes_text_ = false;
    if (name == "rPh") phonetic_ = false;
    if (name == "c") AddCell();
    if (name == "row") {
      while (!row_.cells.empty() && row_.cells.back().empty()) {
        row_.cells.pop_back();
      }
      if (!row_.cells.empty() || row_.too_long) {
        rows_.push_back(std::move(row_));
      }
    }
  }

  void AddCell() {
    if (value_.empty()) return;
    std::string text = TextOf();
    bytes_ += text.size();
    if (column_ >= kColumnsMax || bytes_ > kRowBytesMax) {
      row_.too_long = true;
      return;
    }
    if (row_.cells.size() <= column_) row_.cells.resize(column_ + 1);
    row_.cells[column_] = std::move(text);
  }

  std::string TextOf() const {
    if (type_ == "s") {
      const auto index = ParseInteger<size_t>(value_);
      return index && *index < parts_.strings.size() ? parts_.strings[*index]
                                                     : "";
    }
    if (type_ == "b") return value_ == "1" ? "TRUE" : "FALSE";
    if (!type_.empty() && type_ != "n") return value_;  // str, inlineStr, d, e
    double number = 0;
    const char* const end = value_.data() + value_.size();
    const auto [rest, error] = std::from_chars(value_.data(), end, number);
    if (error != std::errc() || rest != end) return value_;
    const bool date = style_ < parts_.is_date.size() && parts_.is_date[style_];
    return date ? DateText(number, parts_.from_1904) : NumberText(number);
  }

  const WorkbookParts& parts_;
  std::deque<SheetRow> rows_;
  SheetRow row_;
  uint64_t line_ = 0;
  size_t column_ = 0, next_ = 0, style_ = 0, bytes_ = 0;
  std::string type_, value_;
  bool takes_text_ = false, phonetic_ = false;
};

class SpreadsheetReader : public TableReader {
 public:
  SpreadsheetReader(std::unique_ptr<PackedDocument> document,
                    WorkbookParts parts, uint64_t bytes)
      : document_(std::move(document)),
        parts_(std::move(parts)),
        bytes_(bytes) {}

  absl::StatusOr<bool> Read(TableRow* row) override {
    row->fields.clear();
    row->fault = {};
    GARDEROBE_ASSIGN_OR_RETURN(const bool any, Fill());
    if (!any) return false;
    now_ = std::move(parser_->rows().front());
    parser_->rows().pop_front();
    row->line = now_.line;
    if (now_.too_long) {
      row->fault = "ROW_TOO_LONG";
      return true;
    }
    // Empty cells at the end are not in the file.
    if (now_.cells.size() < width_) now_.cells.resize(width_);
    row->fields.assign(now_.cells.begin(), now_.cells.end());
    return true;
  }
  void ExpectWidth(size_t columns) override { width_ = columns; }
  char delimiter() const override { return '\0'; }
  uint64_t bytes_read() const override {
    return part_ == nullptr
               ? bytes_
               : static_cast<uint64_t>(static_cast<double>(bytes_) *
                                       part_->progress());
  }
  uint64_t bytes_total() const override { return bytes_; }

 private:
  // Until a row is there; false at the end.
  absl::StatusOr<bool> Fill() {
    for (;;) {
      if (parser_ != nullptr && !parser_->rows().empty()) return true;
      if (part_ != nullptr) {
        GARDEROBE_ASSIGN_OR_RETURN(const bool more, part_->Parse());
        if (more || !parser_->rows().empty()) continue;
        part_ = nullptr;
        // The sheet that held the header is the one that is delivered.
        if (width_ > 0) next_sheet_ = parts_.sheets.size();
        continue;
      }
      if (next_sheet_ >= parts_.sheets.size()) return false;
      parser_ = std::make_unique<SheetParser>(parts_);
      GARDEROBE_ASSIGN_OR_RETURN(
          part_, XmlPart::Open(*document_, parts_.sheets[next_sheet_].part,
                               parser_->Events()));
      ++next_sheet_;
    }
  }

  const std::unique_ptr<PackedDocument> document_;
  const WorkbookParts parts_;
  const uint64_t bytes_;
  size_t next_sheet_ = 0, width_ = 0;
  std::unique_ptr<SheetParser> parser_;
  std::unique_ptr<XmlPart> part_;  // after the parser that it calls
  SheetRow now_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TableReader>> OpenSpreadsheet(
    const std::string& path, const std::string& sheet) {
  auto document = PackedDocument::Open(path);
  if (!document.ok()) return Annotate(document.status(), path);
  auto parts = WorkbookParts::Read(**document);
  if (!parts.ok()) return Annotate(parts.status(), path);
  if (!sheet.empty()) {
    std::string names;
    for (const auto& s : parts->sheets) {
      names += (names.empty() ? "" : ", ") + s.name;
    }
    std::erase_if(parts->sheets,
                  [&](const auto& s) { return s.name != sheet; });
    if (parts->sheets.empty()) {
      return InvalidArgument("{}: there is no sheet {}; there is: {}", path,
                             sheet, names);
    }
  }
  std::error_code error;
  const uint64_t bytes = std::filesystem::file_size(path, error);
  return std::make_unique<SpreadsheetReader>(
      *std::move(document), *std::move(parts), error ? 0 : bytes);
}

}  // namespace garderobe::client
