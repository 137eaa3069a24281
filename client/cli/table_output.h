// An answer as a table for other programs: CSV on standard output, or a file.
#ifndef GARDEROBE_CLIENT_CLI_TABLE_OUTPUT_H_
#define GARDEROBE_CLIENT_CLI_TABLE_OUTPUT_H_

#include <string>
#include <vector>

#include "client/tables/spreadsheet_writer.h"
#include "core/base/status.h"

namespace garderobe::client {

// The first row names the columns. Whole numbers are written without decimals.
using OutputTable = std::vector<std::vector<SheetCell>>;

// `out`: empty for CSV on standard output; otherwise a new file, XLSX when it
// ends so, CSV if it ends so. InvalidArgument: it ends otherwise.
// AlreadyExists: the file is there, and is kept. Unavailable: it can't be
// written.
[[nodiscard]] absl::Status WriteTable(const OutputTable& table,
                                      const std::string& out);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CLI_TABLE_OUTPUT_H_
