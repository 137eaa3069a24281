// Any file: every row is read or refused, and reading ends.
#include "client/mapping/header_plan.h"
#include "client/mapping/mapping.h"
#include "client/orders/order_line.h"
#include "client/tables/csv_reader.h"
#include "core/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe::client;
  static const auto* const mapping = new Mapping(*FindMapping("activetickets"));
  auto reader = CsvReader::OverText(
      std::string(reinterpret_cast<const char*>(data), size));
  if (!reader.ok()) return 0;
  TableRow row;
  if (!*(*reader)->Read(&row)) return 0;
  const HeaderIndex index(row.fields);
  HeaderPlan plan(mapping->columns, index);
  uint64_t last_line = row.line;
  std::deque<std::string> scratch;
  for (auto more = (*reader)->Read(&row); *more; more = (*reader)->Read(&row)) {
    GARDEROBE_CHECK(row.line > last_line);
    last_line = row.line;
    if (!row.fault.empty() || row.fields.size() != index.width()) continue;
    Fields fields;
    for (size_t i = 0; i < kColumnCount; ++i) {
      fields[i] = plan.Get(i, row, &scratch);
    }
    OrderLine line;
    (void)ReadOrderLine(fields, row.line, ReadingRules(), &line);
    scratch.clear();
  }
  GARDEROBE_CHECK((*reader)->bytes_read() <= size);
  return 0;
}
