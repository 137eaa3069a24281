#include "client/tables/ods_sheets.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <deque>
#include <string_view>

#include "client/tables/xml_part.h"
#include "core/base/integer.h"

namespace garderobe::client {
namespace {

constexpr char kContent[] = "content.xml";
// A row or cell may be repeated: to the end of the sheet, mostly, and empty.
constexpr uint64_t kRepeatedRowsMax = 1 << 20;

uint64_t Repeated(const Attributes& a, std::string_view name) {
  return std::max<uint64_t>(1, ParseInteger<uint64_t>(a.Get(name)).value_or(1));
}

// PT20H15M00S as 20:15:00; the text as it is when it is something else.
std::string TimeText(std::string_view duration) {
  unsigned hours = 0, minutes = 0, seconds = 0;
  if (!duration.starts_with("PT")) return std::string(duration);
  const char* at = duration.data() + 2;
  const char* const end = duration.data() + duration.size();
  while (at < end) {
    unsigned value = 0;
    const auto [rest, error] = std::from_chars(at, end, value);
    if (error != std::errc() || rest == end) return std::string(duration);
    at = rest;
    if (*at == '.' || *at == ',') {  // parts of a second
      while (at < end && *at != 'S') ++at;
    }
    if (at == end) return std::string(duration);
    (*at == 'H' ? hours : *at == 'M' ? minutes : seconds) = value;
    ++at;
  }
  return fmt::format("{:02}:{:02}:{:02}", hours, minutes, seconds);
}

// Rows of the table at one index.
class OdsParser {
 public:
  explicit OdsParser(size_t index) : index_(index) {}

  XmlEvents Events() {
    XmlEvents events;
    events.begin = [this](auto name, const auto& a) { Begin(name, a); };
    events.end = [this](auto name) { End(name); };
    events.text = [this](auto text) {
      if (paragraphs_ > 0 && notes_ == 0 && text_.size() < kSheetRowBytesMax) {
        text_ += text;
      }
    };
    return events;
  }
  std::deque<SheetRow>& rows() { return rows_; }
  bool found() const { return found_; }
  bool ended() const { return ended_; }
  const std::string& name() const { return name_; }
  uint64_t without_result() const { return without_result_; }

 private:
  bool inside() const { return found_ && !ended_; }

  void Begin(std::string_view name, const Attributes& a) {
    if (name == "table" && depth_++ == 0) {
      if (tables_++ == index_) {
        found_ = true;
        name_ = std::string(a.Get("name"));
      }
      return;
    }
    if (!inside()) return;
    if (name == "table-row") {
      row_ = SheetRow();
      column_ = bytes_ = 0;
      repeated_row_ = Repeated(a, "number-rows-repeated");
      const std::string_view visible = a.Get("visibility");
      row_.hidden = visible == "collapse" || visible == "filter";
    } else if (name == "table-cell" || name == "covered-table-cell") {
      repeated_cell_ = Repeated(a, "number-columns-repeated");
      type_ = std::string(a.Get("value-type"));
      has_formula_ = !a.Get("formula").empty();
      value_ = std::string(type_ == "date"      ? a.Get("date-value")
                           : type_ == "time"    ? a.Get("time-value")
                           : type_ == "boolean" ? a.Get("boolean-value")
                                                : a.Get("value"));
      text_.clear();
    } else if (name == "p") {
      if (!text_.empty() && notes_ == 0) text_ += '\n';
      ++paragraphs_;
    } else if (name == "annotation") {
      ++notes_;  // a remark on a cell is none of its text
    } else if (name == "s" && paragraphs_ > 0 && notes_ == 0) {
      text_.append(std::min<uint64_t>(Repeated(a, "c"), 100), ' ');
    } else if ((name == "tab" || name == "line-break") && paragraphs_ > 0 &&
               notes_ == 0) {
      text_ += name == "tab" ? '\t' : '\n';
    }
  }

  void End(std::string_view name) {
    if (name == "table" && --depth_ == 0 && found_) ended_ = true;
    if (!inside()) return;
    if (name == "p") --paragraphs_;
    if (name == "annotation") --notes_;
    if (name == "table-cell" || name == "covered-table-cell") AddCell();
    if (name == "table-row") AddRow();
  }

  void AddCell() {
    bool is_number = false;
    std::string text = TextOf(&is_number);
    const size_t first = column_;
    column_ += std::min<uint64_t>(repeated_cell_, kSheetColumnsMax + 1);
    if (text.empty()) return;
    for (size_t at = first; at < column_ && !row_.too_long; ++at) {
      row_.Set(at, text, is_number, &bytes_);
    }
  }

  std::string TextOf(bool* is_number) {
    if (type_ == "float" || type_ == "currency" || type_ == "percentage") {
      double number = 0;
      const char* const end = value_.data() + value_.size();
      const auto [rest, error] = std::from_chars(value_.data(), end, number);
      if (error != std::errc() || rest != end) return text_;
      *is_number = true;
      return NumberText(number);
    }
    if (type_ == "date") return value_;
    if (type_ == "time") return TimeText(value_);
    if (type_ == "boolean") return value_ == "true" ? "TRUE" : "FALSE";
    if (has_formula_ && type_.empty() && text_.empty()) {
      ++without_result_;
      return std::string(kNoResult);
    }
    return text_;
  }

  void AddRow() {
    const uint64_t first = line_ + 1;
    line_ += repeated_row_;
    if (row_.cells.empty() && !row_.too_long) return;
    // Rows that are equal are what somebody copied; each counts.
    for (uint64_t i = 0; i < std::min(repeated_row_, kRepeatedRowsMax); ++i) {
      rows_.push_back(row_);
      rows_.back().line = first + i;
    }
  }

  const size_t index_;
  size_t tables_ = 0, depth_ = 0;
  bool found_ = false, ended_ = false;
  std::string name_;
  std::deque<SheetRow> rows_;
  SheetRow row_;
  uint64_t line_ = 0, repeated_row_ = 1, repeated_cell_ = 1;
  size_t column_ = 0, bytes_ = 0;
  std::string type_, value_, text_;
  bool has_formula_ = false;
  int paragraphs_ = 0, notes_ = 0;
  uint64_t without_result_ = 0;
};

// All tables stand in one part: each is read from its beginning.
class OdsSheets : public Sheets {
 public:
  explicit OdsSheets(std::unique_ptr<PackedDocument> document)
      : document_(std::move(document)) {}

  absl::StatusOr<bool> Open(size_t index) override {
    if (parser_ != nullptr) earlier_ += parser_->without_result();
    part_ = nullptr;
    parser_ = std::make_unique<OdsParser>(index);
    GARDEROBE_ASSIGN_OR_RETURN(
        part_, XmlPart::Open(*document_, kContent, parser_->Events()));
    for (bool more = true; more && !parser_->found();) {
      GARDEROBE_ASSIGN_OR_RETURN(more, part_->Parse());
    }
    return parser_->found();
  }
  std::string name() const override { return parser_->name(); }

  absl::StatusOr<bool> Read(SheetRow* row) override {
    while (parser_->rows().empty()) {
      if (parser_->ended()) return false;
      GARDEROBE_ASSIGN_OR_RETURN(const bool more, part_->Parse());
      if (!more && parser_->rows().empty()) return false;
    }
    *row = std::move(parser_->rows().front());
    parser_->rows().pop_front();
    return true;
  }
  double progress() const override { return part_->progress(); }
  uint64_t without_result() const override {
    return earlier_ + parser_->without_result();
  }

 private:
  const std::unique_ptr<PackedDocument> document_;
  uint64_t earlier_ = 0;
  std::unique_ptr<OdsParser> parser_;
  std::unique_ptr<XmlPart> part_;  // after the parser that it calls
};

}  // namespace

absl::StatusOr<std::unique_ptr<Sheets>> OpenOds(
    std::unique_ptr<PackedDocument> document) {
  return std::make_unique<OdsSheets>(std::move(document));
}

}  // namespace garderobe::client
