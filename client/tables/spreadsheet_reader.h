// Reads XLSX row by row. Memory: the workbook's shared strings, and a row.
//
// Our own on libzip and expat: Debian's only library that reads XLSX in C++
// (liborcus 0.17) drops cells whose text stands in the cell itself, which is
// how several box offices' exports are written.
//
// Cells come out as a box office would write them in a CSV file: dates as
// 2025-03-14T20:15:00, numbers with a decimal point, formulas as their last
// result.
#ifndef GARDEROBE_CLIENT_TABLES_SPREADSHEET_READER_H_
#define GARDEROBE_CLIENT_TABLES_SPREADSHEET_READER_H_

#include <memory>
#include <string>

#include "client/tables/table.h"

namespace garderobe::client {

// `sheet`: its name; empty for the sheets one after the other, of which each
// begins anew at line 1.
// NotFound: can't be opened. InvalidArgument: no spreadsheet, broken, or it
// has no such sheet. What is broken further on, Read says.
[[nodiscard]] absl::StatusOr<std::unique_ptr<TableReader>> OpenSpreadsheet(
    const std::string& path, const std::string& sheet);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_SPREADSHEET_READER_H_
