// Any YAML: a mapping or a sentence. What a mapping reads is used on a row, so
// that nothing it can say goes beyond one.
#include "client/mapping/header_plan.h"
#include "client/mapping/mapping.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe::client;
  const auto mapping = ParseMapping(
      "fuzz", std::string(reinterpret_cast<const char*>(data), size));
  if (!mapping.ok()) return 0;
  TableRow row;
  row.fields = {"a", "b", "b", "c", "d", "e"};
  const HeaderIndex index(row.fields);
  HeaderPlan plan(mapping->columns, index, mapping->empty);
  std::deque<std::string> scratch;
  for (size_t i = 0; i < kTargetCount; ++i) (void)plan.Get(i, row, &scratch);
  return 0;
}
