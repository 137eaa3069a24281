// Any payload that came out of a seal: rows are read or refused.
#include "aggregator/door/relation_batch.h"
#include "aggregator/door/visit_batch.h"
#include "core/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe::aggregator;
  if (size < 1) return 0;
  const uint32_t count = data[0];
  const std::string payload(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto visits = ReadVisitBatch(payload, count);
  if (visits.ok()) {
    GARDEROBE_CHECK(visits->rows.size() == count);
    for (size_t i = 0; i < count; ++i) {
      GARDEROBE_CHECK(visits->is_refused[i] ||
                      visits->rows[i].event < visits->events.size());
    }
  }
  (void)ReadRelationBatch(payload, count);
  return 0;
}
