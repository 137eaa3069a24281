// Any batch of relations, identity or round of the vault's: converted, or
// refused.
#include "ttp/conversion_fixture.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe;
  using namespace garderobe::ttp;
  static boost::asio::thread_pool workers(1);
  static const TtpKeys keys = RandomTtpKeys();
  static const Converter converter(keys, /*padding=*/0, workers);
  static const ConversionKeys to = OtherParties().keys();
  const int bytes = static_cast<int>(size);
  v1::RelationBatch batch;
  if (batch.ParseFromArray(data, bytes) &&
      converter.CheckRelations(batch).ok()) {
    const auto converted = converter.Convert("museum-x", batch, to);
    GARDEROBE_CHECK(!converted.ok() || converted->size() == batch.count());
  }
  v1::SealedIdentity identity;
  if (identity.ParseFromArray(data, bytes)) {
    (void)converter.ConvertIdentity("id", identity, to);
  }
  v1::Round round;
  if (round.ParseFromArray(data, bytes)) {
    (void)converter.ConvertRound(round, to.aggregator);
  }
  v1::VisitBatch visits;
  if (visits.ParseFromArray(data, bytes) &&
      converter.CheckVisits(visits).ok()) {
    converter.MapHandles("museum-x", *visits.mutable_handles());
  }
  return 0;
}
