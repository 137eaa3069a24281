// A batch of relation attributes as it came out of its seal, checked.
#ifndef GARDEROBE_AGGREGATOR_DOOR_RELATION_BATCH_H_
#define GARDEROBE_AGGREGATOR_DOOR_RELATION_BATCH_H_

#include <string>
#include <vector>

#include "aggregator/ledger/records.h"

namespace garderobe::aggregator {

struct RelationBatch {
  std::vector<Relation> rows;           // attributes only
  std::vector<v1::RowRefusal> refused;  // attributes beyond their lists
  std::vector<bool> is_refused;
};

// The most bytes that the columns of `count` relations can take.
size_t RelationPayloadBytesMax(uint32_t count);

// InvalidArgument: not a RelationColumns, or columns of unequal length.
[[nodiscard]] absl::StatusOr<RelationBatch> ReadRelationBatch(
    const std::string& payload, uint32_t count);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_DOOR_RELATION_BATCH_H_
