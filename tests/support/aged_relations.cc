#include "tests/support/aged_relations.h"

#include "aggregator/ledger/records.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

size_t Rewrite(const LocalDeployment& deployment, const CivilDate& day) {
  const auto store =
      Store::Open(deployment.folder() + "/aggregator/data/store",
                  aggregator::kFamilyNames, aggregator::kStoreOptions);
  EXPECT_THAT(store, IsOk());
  if (!store.ok()) return 0;
  rocksdb::WriteBatch batch;
  const auto it = (*store)->NewIterator(aggregator::kRelations);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    aggregator::Relation relation;
    EXPECT_TRUE(aggregator::Decode(AsView(it->value()), &relation));
    relation.delivered = static_cast<uint16_t>(DayNumber(day));
    batch.Put((*store)->family(aggregator::kRelations), it->key(),
              aggregator::Encode(relation));
  }
  EXPECT_THAT((*store)->WriteAndSync(batch), IsOk());
  return batch.Count();
}

}  // namespace

size_t DeliverOn(const LocalDeployment& deployment, const CivilDate& day) {
  deployment.Down();
  const size_t relations = Rewrite(deployment, day);
  deployment.Up();
  return relations;
}

}  // namespace garderobe
