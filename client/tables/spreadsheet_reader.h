// Reads XLSX and ODS row by row. Memory: the workbook's shared strings, and a
// row.
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

// Whether the packed file at `path` is a workbook, XLSX or ODS.
bool IsWorkbook(const std::string& path);

// `sheet`: its name; empty for the sheets one after the other, of which each
// begins anew at line 1. Once the header is known, of further sheets only those
// count that have the same one, and the rows under it.
// NotFound: can't be opened. InvalidArgument: no spreadsheet, broken, or it
// has no such sheet. What is broken further on, Read says.
[[nodiscard]] absl::StatusOr<std::unique_ptr<TableReader>> OpenSpreadsheet(
    const std::string& path, const std::string& sheet);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_SPREADSHEET_READER_H_
