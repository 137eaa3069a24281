// Any batch in plain mode: read and encrypted, or refused.
#include "plain/batch_reader.h"
#include "plain/plain_fixture.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe;
  static const plain::KnownParties parties;
  static const client::FeedContext feed = parties.Feed(/*padding=*/0);
  static const auto padding = client::PaddingKey::Random();
  v1::PlainBatch batch;
  if (!batch.ParseFromArray(data, static_cast<int>(size)) ||
      !plain::CheckBatch(batch).ok()) {
    return 0;
  }
  const auto customers = plain::ReadBatch(batch, {2026, 11, 23});
  GARDEROBE_CHECK(customers.size() == batch.count());
  // Public-key operations are slow; one row shows what all would.
  const v1::RelationBatch made = client::BuildRelationBatch(
      feed, padding, batch.offset(), {customers.front()});
  GARDEROBE_CHECK(made.kinds_size() == 1);
  return 0;
}
