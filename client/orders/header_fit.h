// Which line of an export has the names of its columns, and whether a mapping
// finds there what it needs.
#ifndef GARDEROBE_CLIENT_ORDERS_HEADER_FIT_H_
#define GARDEROBE_CLIENT_ORDERS_HEADER_FIT_H_

#include <vector>

#include "client/mapping/joined_table.h"
#include "client/mapping/mapping.h"
#include "client/tables/table.h"

namespace garderobe::client {

// A file beside the export, and where the export says which of its rows is
// meant.
struct JoinedFile {
  const Join* join;
  JoinedTable table;
  std::vector<int> key;  // columns of the export
};

// Reads up to the line with the names of columns, which is left in `row`, and
// finds the keys of `joined`. InvalidArgument: no line has what `mapping`
// needs; says what is missing and what is there. Or two columns mean the same.
[[nodiscard]] absl::StatusOr<HeaderIndex> FitHeader(
    const Mapping& mapping, std::vector<JoinedFile>& joined,
    TableReader& reader, TableRow* row);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_HEADER_FIT_H_
