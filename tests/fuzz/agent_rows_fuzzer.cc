// What a caller of the agent may send as rows, and what may stand in a file of
// its spool.
#include <cstdint>
#include <string_view>

#include "client/agent/json_rows.h"
#include "client/agent/spool_segment.h"
#include "core/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe;
  using namespace garderobe::client;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& rows : {ReadJsonRows(text), ReadNdjsonRows(text)}) {
    if (!rows.ok()) continue;
    GARDEROBE_CHECK(rows->size() <= kRequestRowsMax);
    for (const AgentRow& row : *rows) {
      // A row that is refused keeps nothing of what it said.
      if (row.reason.empty()) continue;
      for (const std::string& field : row.fields) {
        GARDEROBE_CHECK(field.empty());
      }
    }
  }
  static const SpoolKey key = SpoolKey::Random();
  const std::string_view head = text.substr(0, kRecordHeadBytes);
  size_t rest = 0;
  if (ReadRecordHead(head, &rest)) {
    // Nobody without the key makes a record.
    GARDEROBE_CHECK(
        !OpenRecord(key, "museum-01", head, text.substr(head.size())));
  }
  return 0;
}
