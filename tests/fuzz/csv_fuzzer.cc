// Any file: every row is read or refused, and reading ends.
#include "client/csv_reader.h"
#include "client/order_line.h"
#include "core/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe::client;
  auto reader = CsvReader::OverText(
      std::string(reinterpret_cast<const char*>(data), size));
  if (!reader.ok()) return 0;
  CsvRow row;
  if (!*(*reader)->Read(&row)) return 0;
  const auto columns =
      ColumnMap::FromHeader(row.fields, (*reader)->delimiter());
  uint64_t last_line = row.line;
  for (auto more = (*reader)->Read(&row); *more; more = (*reader)->Read(&row)) {
    GARDEROBE_CHECK(row.line > last_line);
    last_line = row.line;
    OrderLine line;
    if (columns.ok()) (void)ReadOrderLine(*columns, row, true, &line);
  }
  GARDEROBE_CHECK((*reader)->bytes_read() <= size);
  return 0;
}
