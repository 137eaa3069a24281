#include "client/tables/spreadsheet_writer.h"

#include <xlsxwriter.h>

#include <filesystem>

#include "core/base/files.h"

namespace garderobe::client {
namespace {
constexpr size_t kTextBytesMax = 32'767;  // bytes are at least characters
}

struct SpreadsheetWriter::Book {
  std::string path;
  lxw_workbook* workbook = nullptr;
  lxw_worksheet* sheet = nullptr;
  lxw_row_t rows = 0;
};

SpreadsheetWriter::SpreadsheetWriter(std::unique_ptr<Book> book)
    : book_(std::move(book)) {}

absl::StatusOr<std::unique_ptr<SpreadsheetWriter>> SpreadsheetWriter::Create(
    const std::string& path, const std::string& sheet, int mode) {
  // The library makes the file only when it is closed, and of nobody in
  // particular.
  const absl::Status made = CreateFile(path, "", mode);
  if (made.code() == absl::StatusCode::kAlreadyExists) {
    return AlreadyExists("{} exists; existing files are kept", path);
  }
  GARDEROBE_RETURN_IF_ERROR(made);
  auto book = std::make_unique<Book>();
  book->path = path;
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  book->workbook = workbook_new_opt(path.c_str(), &options);
  if (book->workbook == nullptr) return Unavailable("cannot write {}", path);
  book->sheet = workbook_add_worksheet(book->workbook, sheet.c_str());
  if (book->sheet == nullptr) return Unavailable("cannot write {}", path);
  worksheet_freeze_panes(book->sheet, 1, 0);
  return std::unique_ptr<SpreadsheetWriter>(
      new SpreadsheetWriter(std::move(book)));
}

SpreadsheetWriter::~SpreadsheetWriter() {
  if (book_->workbook == nullptr) return;
  (void)workbook_close(book_->workbook);
  std::error_code ignored;
  std::filesystem::remove(book_->path, ignored);
}

absl::Status SpreadsheetWriter::AddRow(const std::vector<SheetCell>& cells) {
  if (book_->rows >= LXW_ROW_MAX) {
    return OutOfRange("{}: a sheet holds 1,048,576 rows", book_->path);
  }
  for (size_t i = 0; i < cells.size(); ++i) {
    const auto column = static_cast<lxw_col_t>(i);
    if (const auto* number = std::get_if<double>(&cells[i])) {
      worksheet_write_number(book_->sheet, book_->rows, column, *number,
                             nullptr);
    } else if (const auto* text = std::get_if<std::string>(&cells[i])) {
      worksheet_write_string(book_->sheet, book_->rows, column,
                             text->substr(0, kTextBytesMax).c_str(), nullptr);
    }
  }
  ++book_->rows;
  return absl::OkStatus();
}

absl::Status SpreadsheetWriter::Close() {
  const lxw_error error = workbook_close(book_->workbook);
  book_->workbook = nullptr;
  if (error == LXW_NO_ERROR) return absl::OkStatus();
  std::error_code ignored;
  std::filesystem::remove(book_->path, ignored);
  return Unavailable("cannot write {}: {}; is the disk full?", book_->path,
                     lxw_strerror(error));
}

}  // namespace garderobe::client
