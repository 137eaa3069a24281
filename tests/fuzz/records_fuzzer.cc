// Any stored bytes: a record, or damage.
#include "aggregator/ledger/feed.h"
#include "aggregator/ledger/records.h"
#include "aggregator/ledger/visit_block.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe::aggregator;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)DecodeBlock(text);
  Relation relation;
  (void)Decode(text, &relation);
  RelationPlace place;
  (void)Decode(text, &place);
  Event event;
  (void)Decode(text, &event);
  (void)Feed::Decode(text);
  return 0;
}
