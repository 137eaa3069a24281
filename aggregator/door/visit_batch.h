// A batch of visits as it came out of its seal, checked at the door.
#ifndef GARDEROBE_AGGREGATOR_DOOR_VISIT_BATCH_H_
#define GARDEROBE_AGGREGATOR_DOOR_VISIT_BATCH_H_

#include <string>
#include <vector>

#include "core/base/status.h"
#include "garderobe/v1/columns.pb.h"
#include "garderobe/v1/common.pb.h"

namespace garderobe::aggregator {

inline constexpr int32_t kUnknownTime = INT32_MIN;
inline constexpr uint32_t kQuantityMax = 10'000;
inline constexpr int64_t kPriceCentsMax = 100'000'000;

struct Event {
  std::string id;
  std::string title;
  uint8_t genre = 0;
  int32_t starts_at = 0;  // local minutes since 2000-01-01 00:00
};
// The day that it begins on, since 2000-01-01.
inline int32_t DayOf(const Event& event) {
  return (event.starts_at >= 0 ? event.starts_at : event.starts_at - 1439) /
         1440;
}

// One visit without its id and event, as it is kept.
struct VisitRow {
  uint32_t relation = 0;           // number within the institution, 0 for none
  uint32_t event = 0;              // number within the institution
  int32_t sold_at = kUnknownTime;  // local hours since 2000-01-01 00:00
  int32_t price_cents = 0;
  uint16_t quantity = 0;
  uint8_t channel = 0;
  uint8_t status = 0;
};

struct VisitBatch {
  std::string visit_ids;      // 16 bytes a row
  std::vector<Event> events;  // rows refer to these; refused ones have no id
  std::vector<VisitRow>
      rows;  // `event` is an index into `events`; `relation` is not set
  std::vector<v1::RowRefusal> refused;  // ascending; these rows are not stored
  std::vector<bool> is_refused;         // a flag a row
};

// The most bytes that the columns of `count` visits can take.
size_t VisitPayloadBytesMax(uint32_t count);

// InvalidArgument: not a VisitColumns, or columns of unequal length; nothing
// can be made of it. A row that breaks a rule is refused by itself.
// `events` beyond their bounds refuse the rows that refer to them, and so do
// events and sales before `agreed_from`, in local minutes since 2000-01-01.
[[nodiscard]] absl::StatusOr<VisitBatch> ReadVisitBatch(
    const std::string& payload, uint32_t count,
    int32_t agreed_from = INT32_MIN);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_DOOR_VISIT_BATCH_H_
