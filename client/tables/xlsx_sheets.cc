#include "client/tables/xlsx_sheets.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <deque>
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

// The column of a cell reference such as AB12, from 0; npos for none.
size_t ColumnOf(std::string_view reference) {
  size_t column = 0;
  for (char c : reference) {
    if (c < 'A' || c > 'Z') break;
    column = column * 26 + static_cast<size_t>(c - 'A' + 1);
    if (column > kSheetColumnsMax) return std::string::npos;
  }
  return column == 0 ? std::string::npos : column - 1;
}

// Characters that XML can't hold are written _x000D_ (22.9.2.19); what stands
// for an underscore is _x005F_.
std::string Unescape(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size();) {
    unsigned code = 0;
    const bool escaped =
        i + 7 <= text.size() && text[i] == '_' && text[i + 1] == 'x' &&
        text[i + 6] == '_' &&
        std::from_chars(text.data() + i + 2, text.data() + i + 6, code, 16)
                .ptr == text.data() + i + 6;
    // What is beyond ASCII needs no escape, and stays as it is.
    if (!escaped || code >= 0x80) {
      plain.push_back(text[i++]);
      continue;
    }
    plain.push_back(static_cast<char>(code));
    i += 7;
  }
  return plain;
}

// Turns the events of a sheet's part into rows.
class SheetParser {
 public:
  explicit SheetParser(const WorkbookParts& parts) : parts_(parts) {}

  XmlEvents Events() {
    XmlEvents events;
    events.begin = [this](auto name, const auto& a) { Begin(name, a); };
    events.end = [this](auto name) { End(name); };
    events.text = [this](auto text) {
      if (takes_text_ && value_.size() < kSheetRowBytesMax) value_ += text;
    };
    return events;
  }
  std::deque<SheetRow>& rows() { return rows_; }
  uint64_t without_result() const { return without_result_; }

 private:
  void Begin(std::string_view name, const Attributes& a) {
    if (name == "row") {
      row_ = SheetRow();
      bytes_ = 0;
      ++line_;
      const auto written = ParseInteger<uint64_t>(a.Get("r"));
      if (written && *written >= line_) line_ = *written;
      row_.line = line_;
      row_.hidden = a.Get("hidden") == "1" || a.Get("hidden") == "true";
      next_ = 0;
    } else if (name == "c") {
      const std::string_view reference = a.Get("r");
      column_ = reference.empty() ? next_ : ColumnOf(reference);
      next_ = column_ + 1;
      type_ = a.Get("t");
      style_ = ParseInteger<size_t>(a.Get("s")).value_or(0);
      value_.clear();
      has_formula_ = has_value_ = false;
    } else if (name == "v" || name == "t") {
      has_value_ = true;
      takes_text_ = !phonetic_;
    } else if (name == "f") {
      has_formula_ = true;
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
        row_.numbers.pop_back();
      }
      if (!row_.cells.empty() || row_.too_long) {
        rows_.push_back(std::move(row_));
      }
    }
  }

  void AddCell() {
    if (has_formula_ && !has_value_) {
      ++without_result_;
      row_.Set(column_, std::string(kNoResult), false, &bytes_);
      return;
    }
    if (value_.empty()) return;
    bool is_number = false;
    std::string text = TextOf(&is_number);
    row_.Set(column_, std::move(text), is_number, &bytes_);
  }

  std::string TextOf(bool* is_number) const {
    if (type_ == "s") {
      const auto index = ParseInteger<size_t>(value_);
      return index && *index < parts_.strings.size()
                 ? Unescape(parts_.strings[*index])
                 : "";
    }
    if (type_ == "b") return value_ == "1" ? "TRUE" : "FALSE";
    // str, inlineStr, d, e
    if (!type_.empty() && type_ != "n") return Unescape(value_);
    double number = 0;
    const char* const end = value_.data() + value_.size();
    const auto [rest, error] = std::from_chars(value_.data(), end, number);
    if (error != std::errc() || rest != end) return value_;
    const bool date = style_ < parts_.is_date.size() && parts_.is_date[style_];
    *is_number = !date;
    return date ? DateText(number, parts_.from_1904) : NumberText(number);
  }

  const WorkbookParts& parts_;
  std::deque<SheetRow> rows_;
  SheetRow row_;
  uint64_t line_ = 0;
  size_t column_ = 0, next_ = 0, style_ = 0, bytes_ = 0;
  std::string type_, value_;
  bool takes_text_ = false, phonetic_ = false;
  bool has_formula_ = false, has_value_ = false;
  uint64_t without_result_ = 0;
};

class XlsxSheets : public Sheets {
 public:
  XlsxSheets(std::unique_ptr<PackedDocument> document, WorkbookParts parts)
      : document_(std::move(document)), parts_(std::move(parts)) {}

  absl::StatusOr<bool> Open(size_t index) override {
    if (parser_ != nullptr) earlier_ += parser_->without_result();
    part_ = nullptr;
    parser_ = nullptr;
    if (index >= parts_.sheets.size()) return false;
    index_ = index;
    parser_ = std::make_unique<SheetParser>(parts_);
    GARDEROBE_ASSIGN_OR_RETURN(
        part_, XmlPart::Open(*document_, parts_.sheets[index].part,
                             parser_->Events()));
    return true;
  }
  std::string name() const override { return parts_.sheets[index_].name; }

  absl::StatusOr<bool> Read(SheetRow* row) override {
    while (parser_->rows().empty()) {
      GARDEROBE_ASSIGN_OR_RETURN(const bool more, part_->Parse());
      if (!more && parser_->rows().empty()) return false;
    }
    *row = std::move(parser_->rows().front());
    parser_->rows().pop_front();
    return true;
  }
  double progress() const override {
    return part_ == nullptr ? 1 : part_->progress();
  }
  uint64_t without_result() const override {
    return earlier_ + (parser_ == nullptr ? 0 : parser_->without_result());
  }

 private:
  const std::unique_ptr<PackedDocument> document_;
  const WorkbookParts parts_;
  size_t index_ = 0;
  uint64_t earlier_ = 0;  // without a result, in sheets before
  std::unique_ptr<SheetParser> parser_;
  std::unique_ptr<XmlPart> part_;  // after the parser that it calls
};

}  // namespace

absl::StatusOr<std::unique_ptr<Sheets>> OpenXlsx(
    std::unique_ptr<PackedDocument> document) {
  GARDEROBE_ASSIGN_OR_RETURN(WorkbookParts parts,
                             WorkbookParts::Read(*document));
  return std::make_unique<XlsxSheets>(std::move(document), std::move(parts));
}

}  // namespace garderobe::client
