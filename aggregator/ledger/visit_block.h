// Visits on disk: blocks of columns, appended, never updated in place.
//
// A block, stored, never change:
//   version (1 byte, 1) || rows (4 bytes, big-endian) || rows x 16 bytes of
//   visit ids || zstd frame of the columns.
// The columns, one after another, each as byte planes (all least significant
// bytes first): relation (4), event (4), sold_at (4), price_cents (4),
// quantity (2), channel (1), status (1).
#ifndef GARDEROBE_AGGREGATOR_LEDGER_VISIT_BLOCK_H_
#define GARDEROBE_AGGREGATOR_LEDGER_VISIT_BLOCK_H_

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "aggregator/door/visit_batch.h"
#include "core/base/bytes.h"

namespace garderobe::aggregator {

inline constexpr size_t kBlockRowsMax = 16384;  // 14 bits of a locator

struct VisitBlock {
  std::string visit_ids;  // 16 bytes a row
  std::vector<VisitRow> rows;

  // What an index holds of a visit id: its first 8 bytes. Ids are keyed
  // hashes, so that two of an institution's ten million visits share these
  // with a chance of 3 in a million.
  uint64_t Key(size_t row) const {
    uint64_t key;
    std::memcpy(&key, visit_ids.data() + row * 16, sizeof key);
    return key;
  }
};

std::string EncodeBlock(const VisitBlock& block);
// DataLoss: damaged, or of another version.
[[nodiscard]] absl::StatusOr<VisitBlock> DecodeBlock(std::string_view bytes);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_LEDGER_VISIT_BLOCK_H_
