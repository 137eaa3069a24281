// Writes XLSX through libxlsxwriter, in constant memory.
#ifndef GARDEROBE_CLIENT_TABLES_SPREADSHEET_WRITER_H_
#define GARDEROBE_CLIENT_TABLES_SPREADSHEET_WRITER_H_

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/base/status.h"

namespace garderobe::client {

// Nothing is an empty cell.
using SheetCell = std::variant<std::monostate, std::string, double>;

// One workbook with one sheet, whose first row stays in sight. Not
// thread-safe.
class SpreadsheetWriter {
 public:
  // `mode`: who may read it. AlreadyExists: the file is there, and is kept.
  // Unavailable: it can't be made.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<SpreadsheetWriter>>
  Create(const std::string& path, const std::string& sheet, int mode = 0644);
  // Leaves no file when it was not closed.
  ~SpreadsheetWriter();

  // Text is text: 0612345678 keeps its nought, and =1+1 is no formula. Text
  // beyond what a cell holds (32,767 characters) is cut.
  // OutOfRange: the sheet has its 1,048,576 rows.
  [[nodiscard]] absl::Status AddRow(const std::vector<SheetCell>& cells);
  // Unavailable: it can't be written.
  [[nodiscard]] absl::Status Close();

 private:
  struct Book;
  explicit SpreadsheetWriter(std::unique_ptr<Book> book);
  const std::unique_ptr<Book> book_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_SPREADSHEET_WRITER_H_
