// XLSX (ECMA-376 part 1, 18.3).
#ifndef GARDEROBE_CLIENT_TABLES_XLSX_SHEETS_H_
#define GARDEROBE_CLIENT_TABLES_XLSX_SHEETS_H_

#include <memory>

#include "client/tables/sheets.h"

namespace garderobe::client {

// InvalidArgument: no such workbook, or broken.
[[nodiscard]] absl::StatusOr<std::unique_ptr<Sheets>> OpenXlsx(
    std::unique_ptr<PackedDocument> document);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_XLSX_SHEETS_H_
