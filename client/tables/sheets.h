// The sheets of a workbook, whatever its format, as rows of texts.
#ifndef GARDEROBE_CLIENT_TABLES_SHEETS_H_
#define GARDEROBE_CLIENT_TABLES_SHEETS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client/tables/xml_part.h"
#include "core/base/status.h"

namespace garderobe::client {

inline constexpr size_t kSheetColumnsMax = 16384;  // as Excel's
inline constexpr size_t kSheetRowBytesMax = 1 << 20;

// What a cell says that holds a formula and no result of it.
inline constexpr std::string_view kNoResult = "#FORMULA!";

struct SheetRow {
  uint64_t line = 0;
  std::vector<std::string> cells;
  std::vector<bool> numbers;  // which cells are numbers; as many as `cells`
  bool hidden = false;
  bool too_long = false;

  // Puts a cell's text where it belongs; `bytes` are those of the row so far.
  void Set(size_t column, std::string text, bool is_number, size_t* bytes) {
    *bytes += text.size();
    if (column >= kSheetColumnsMax || *bytes > kSheetRowBytesMax) {
      too_long = true;
      return;
    }
    if (cells.size() <= column) {
      cells.resize(column + 1);
      numbers.resize(column + 1);
    }
    cells[column] = std::move(text);
    numbers[column] = is_number;
  }
};

// A number without an exponent where it has none: 612345678.
std::string NumberText(double value);

// Not thread-safe.
class Sheets {
 public:
  virtual ~Sheets() = default;
  // Begins with the sheet at `index`, from 0; false when there is none.
  [[nodiscard]] virtual absl::StatusOr<bool> Open(size_t index) = 0;
  // Of the sheet that is open.
  virtual std::string name() const = 0;
  // False at the sheet's end. Empty rows are passed over. InvalidArgument:
  // broken.
  [[nodiscard]] virtual absl::StatusOr<bool> Read(SheetRow* row) = 0;
  // Between 0 and 1, of the sheet that is open.
  virtual double progress() const = 0;
  // Cells so far with a formula and without its result.
  virtual uint64_t without_result() const = 0;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_SHEETS_H_
