// What the cells of an XLSX workbook refer to: its sheets, its shared strings,
// and which formats show dates (ECMA-376 part 1, 18).
#ifndef GARDEROBE_CLIENT_TABLES_WORKBOOK_PARTS_H_
#define GARDEROBE_CLIENT_TABLES_WORKBOOK_PARTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "client/tables/xml_part.h"

namespace garderobe::client {

// Whether a number format shows a date or a time, by the letters outside of
// its quotes and brackets: `dd-mm-yyyy hh:mm` does, `"dag" 0.00` does not.
bool IsDateFormat(std::string_view code);

struct WorkbookParts {
  struct Sheet {
    std::string name, part;
  };
  std::vector<Sheet> sheets;  // in the order of their tabs
  bool from_1904 = false;     // days count from 1904-01-01
  std::vector<std::string> strings;
  std::vector<bool> is_date;  // by index of cell format

  // InvalidArgument: no XLSX workbook, or broken.
  [[nodiscard]] static absl::StatusOr<WorkbookParts> Read(
      PackedDocument& document);
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_WORKBOOK_PARTS_H_
