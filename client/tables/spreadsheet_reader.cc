#include "client/tables/spreadsheet_reader.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "client/tables/ods_sheets.h"
#include "client/tables/xlsx_sheets.h"

namespace garderobe::client {
namespace {

// In how many rows of a further sheet its header may stand.
constexpr size_t kHeaderRowsMax = 30;
constexpr size_t kSheetsMax = 10'000;

std::string JoinNames(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) {
    all += (all.empty() ? "" : ", ") + name;
  }
  return all;
}

class SpreadsheetReader : public TableReader {
 public:
  // `only`: the sheet that is read alone; empty for all.
  SpreadsheetReader(std::unique_ptr<Sheets> sheets, std::string only,
                    uint64_t bytes)
      : sheets_(std::move(sheets)), only_(std::move(only)), bytes_(bytes) {}

  absl::StatusOr<bool> Read(TableRow* row) override {
    row->fields.clear();
    row->fault = {};
    GARDEROBE_ASSIGN_OR_RETURN(const bool any, Next());
    if (!any) return false;
    hidden_ += now_.hidden && width_ > 0;
    row->line = now_.line;
    if (now_.too_long) {
      row->fault = "ROW_TOO_LONG";
      return true;
    }
    // Empty cells at the end are not in the file.
    if (now_.cells.size() < width_) {
      now_.cells.resize(width_);
      now_.numbers.resize(width_);
    }
    row->fields.assign(now_.cells.begin(), now_.cells.end());
    row->numbers = now_.numbers;
    return true;
  }
  // The row that was read last is the header.
  void ExpectWidth(size_t columns) override {
    width_ = columns;
    header_ = now_.cells;
    read_.push_back(sheets_->name());
  }
  char delimiter() const override { return '\0'; }
  uint64_t bytes_read() const override {
    return is_open_ ? static_cast<uint64_t>(static_cast<double>(bytes_) *
                                            sheets_->progress())
                    : bytes_;
  }
  uint64_t bytes_total() const override { return bytes_; }

  std::vector<Oddity> oddities() const override {
    std::vector<Oddity> told;
    if (hidden_ > 0) {
      told.push_back(
          {"hidden",
           fmt::format(
               "{} row{} hidden in the spreadsheet, by a filter perhaps;"
               " what is hidden is delivered, too",
               hidden_, hidden_ == 1 ? " is" : "s are"),
           {{"count", std::to_string(hidden_)}}});
    }
    if (read_.size() > 1) {
      told.push_back(
          {"sheets",
           fmt::format("{} sheets have this header, and all are read: {}; "
                       "numbers of lines are those of each sheet",
                       read_.size(), JoinNames(read_)),
           {{"count", std::to_string(read_.size())},
            {"names", JoinNames(read_)}}});
    }
    if (!passed_over_.empty()) {
      told.push_back({"other_sheets",
                      fmt::format("sheets without this header are not read: {}",
                                  JoinNames(passed_over_)),
                      {{"names", JoinNames(passed_over_)}}});
    }
    if (sheets_->without_result() > 0) {
      told.push_back(
          {"formulas",
           fmt::format("{} cell{} a formula without its result: open the file "
                       "in a spreadsheet program and save it",
                       sheets_->without_result(),
                       sheets_->without_result() == 1 ? " holds" : "s hold"),
           {{"count", std::to_string(sheets_->without_result())}}});
    }
    return told;
  }

 private:
  // The next row into `now_`; false at the end of the last sheet.
  absl::StatusOr<bool> Next() {
    for (;;) {
      if (is_open_) {
        GARDEROBE_ASSIGN_OR_RETURN(const bool more, sheets_->Read(&now_));
        if (more) return true;
        is_open_ = false;
      }
      if (next_ >= kSheetsMax) return false;
      GARDEROBE_ASSIGN_OR_RETURN(const bool any, sheets_->Open(next_++));
      if (!any) return false;
      if (!only_.empty() && sheets_->name() != only_) continue;
      is_open_ = true;
      // Once the header is known, only what stands under the same one counts.
      if (width_ == 0) continue;
      GARDEROBE_ASSIGN_OR_RETURN(is_open_, FindSameHeader());
      (is_open_ ? read_ : passed_over_).push_back(sheets_->name());
    }
  }

  absl::StatusOr<bool> FindSameHeader() {
    for (size_t i = 0; i < kHeaderRowsMax; ++i) {
      GARDEROBE_ASSIGN_OR_RETURN(const bool more, sheets_->Read(&now_));
      if (!more) return false;
      if (now_.cells == header_) return true;
    }
    return false;
  }

  const std::unique_ptr<Sheets> sheets_;
  const std::string only_;
  const uint64_t bytes_;
  size_t next_ = 0, width_ = 0;
  bool is_open_ = false;
  std::vector<std::string> header_, read_, passed_over_;
  uint64_t hidden_ = 0;
  SheetRow now_;
};

// InvalidArgument: there is no sheet of this name.
absl::Status CheckSheet(Sheets& sheets, const std::string& sheet) {
  std::vector<std::string> names;
  for (size_t i = 0; i < kSheetsMax; ++i) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool any, sheets.Open(i));
    if (!any) break;
    if (sheets.name() == sheet) return absl::OkStatus();
    names.push_back(sheets.name());
  }
  return InvalidArgument("there is no sheet {}; there is: {}", sheet,
                         JoinNames(names));
}

}  // namespace

bool IsWorkbook(const std::string& path) {
  const auto document = PackedDocument::Open(path);
  if (!document.ok()) return true;  // which says what is broken
  return (*document)->Has("_rels/.rels") || (*document)->Has("content.xml");
}

absl::StatusOr<std::unique_ptr<TableReader>> OpenSpreadsheet(
    const std::string& path, const std::string& sheet) {
  auto document = PackedDocument::Open(path);
  if (!document.ok()) return Annotate(document.status(), path);
  const bool ods =
      !(*document)->Has("_rels/.rels") && (*document)->Has("content.xml");
  auto sheets =
      ods ? OpenOds(*std::move(document)) : OpenXlsx(*std::move(document));
  if (!sheets.ok()) return Annotate(sheets.status(), path);
  if (!sheet.empty()) {
    const absl::Status found = CheckSheet(**sheets, sheet);
    if (!found.ok()) return Annotate(found, path);
  }
  std::error_code error;
  const uint64_t bytes = std::filesystem::file_size(path, error);
  return std::make_unique<SpreadsheetReader>(*std::move(sheets), sheet,
                                             error ? 0 : bytes);
}

}  // namespace garderobe::client
