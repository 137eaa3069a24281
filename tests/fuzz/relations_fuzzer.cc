// Any batch of relations: converted, or refused by record.
#include "ttp/converter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe;
  using namespace garderobe::ttp;
  static boost::asio::thread_pool workers(1);
  static const TtpKeys keys{
      VaultShuffleScalar::Random(), AggregatorShuffleScalar::Random(),
      VaultHandleKey::Random(),     AggregatorHandleKey::Random(),
      ReferenceKey::Random(),       SigningSeed::Random()};
  static const Converter converter(keys, workers);
  static const VaultParameters vault = [] {
    VaultParameters p;
    for (auto& key : p.public_keys) key = RandomElement();
    return p;
  }();
  v1::RelationBatch batch;
  if (!batch.ParseFromArray(data, static_cast<int>(size))) return 0;
  if (converter.CheckRelations(batch).ok()) {
    (void)converter.Convert("museum-x", batch, vault);
  }
  v1::VisitBatch visits;
  if (visits.ParseFromArray(data, static_cast<int>(size)) &&
      converter.CheckVisits(visits).ok()) {
    converter.MapHandles("museum-x", *visits.mutable_handles());
  }
  return 0;
}
