// OpenDocument spreadsheets (OpenDocument 1.3 part 3, 9).
#ifndef GARDEROBE_CLIENT_TABLES_ODS_SHEETS_H_
#define GARDEROBE_CLIENT_TABLES_ODS_SHEETS_H_

#include <memory>

#include "client/tables/sheets.h"

namespace garderobe::client {

// InvalidArgument: no such workbook, or broken.
[[nodiscard]] absl::StatusOr<std::unique_ptr<Sheets>> OpenOds(
    std::unique_ptr<PackedDocument> document);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_ODS_SHEETS_H_
