#include "aggregator/door/visit_batch.h"

#include <algorithm>
#include <array>
#include <span>

#include "aggregator/door/bounded_columns.h"
#include "core/base/civil_time.h"
#include "core/base/columns.h"
#include "core/catalogue/codes.h"
#include "core/sealing/batch_sealer.h"
#include "core/sealing/handles.h"

namespace garderobe::aggregator {
namespace {

constexpr size_t kEventIdBytesMax = 192;
constexpr size_t kTitleBytesMax = 512;
constexpr size_t kPayloadBytes = 64 << 10;  // and for each row:
constexpr size_t kRowBytesMax = 4 << 10;

// EventColumns and VisitColumns of columns.proto.
using Shape = ColumnBound::Shape;
constexpr ColumnBound kEventColumns[] = {{1, Shape::kStrings},
                                         {2, Shape::kStrings},
                                         {3, Shape::kNumbers},
                                         {4, Shape::kNumbers}};
constexpr ColumnBound kVisitColumns[] = {
    {1, Shape::kBytes, 16}, {2, Shape::kColumns, 0, kEventColumns},
    {3, Shape::kNumbers},   {4, Shape::kNumbers},
    {5, Shape::kNumbers},   {6, Shape::kNumbers},
    {7, Shape::kBytes, 1},  {8, Shape::kBytes, 1}};
// 1900 to 2199, as core/base/civil_time.h reads them.
const int32_t kEarliestMinute = DayNumber({1900, 1, 1}) * 1440;
const int32_t kLatestMinute = DayNumber({2200, 1, 1}) * 1440;

struct Fault {
  const char* reason;
  const char* column;
  const char* text;
};
constexpr Fault kBadEvent{"EVENT_INVALID", "event_id",
                          "the event id is empty, too long or beyond the list"};
constexpr Fault kBadStart{"STARTS_AT_INVALID", "starts_at",
                          "the event lies outside 1900 to 2199"};
constexpr Fault kBadSold{"SOLD_AT_INVALID", "sold_at",
                         "the sale lies outside 1900 to 2199"};
constexpr Fault kEventTooEarly{"BEFORE_AGREEMENT", "starts_at",
                               "the event lies before the agreement begins"};
constexpr Fault kSaleTooEarly{"BEFORE_AGREEMENT", "sold_at",
                              "the sale lies before the agreement begins"};
constexpr Fault kBadQuantity{"QUANTITY_INVALID", "quantity",
                             "0 to 10000 tickets a line"};
constexpr Fault kBadPrice{"PRICE_INVALID", "price",
                          "the amount is beyond 1 million"};
constexpr Fault kBadChannel{"CHANNEL_UNKNOWN", "channel",
                            "the channel is not in the list"};
constexpr Fault kBadStatus{"STATUS_UNKNOWN", "status",
                           "the status is not in the list"};

// To at most kTitleBytesMax, never within a character.
void CutTitle(std::string& title) {
  if (title.size() <= kTitleBytesMax) return;
  size_t size = kTitleBytesMax;
  while (size > 0 && (title[size] & 0xc0) == 0x80) --size;
  title.resize(size);
}

}  // namespace

size_t VisitPayloadBytesMax(uint32_t count) {
  return std::min(kPayloadBytesMax, kPayloadBytes + count * kRowBytesMax);
}

absl::StatusOr<VisitBatch> ReadVisitBatch(const std::string& payload,
                                          uint32_t count, int32_t agreed_from) {
  if (payload.size() > VisitPayloadBytesMax(count)) {
    return InvalidArgument("sealed: too long for count rows");
  }
  v1::VisitColumns columns;
  GARDEROBE_RETURN_IF_ERROR(
      ParseColumns(payload, count, kVisitColumns, columns));
  const auto& events = columns.events();
  const int rows = static_cast<int>(count);
  const int event_count = events.id_size();
  if (!Column<VisitId>(columns.visit_ids()).HasRows(count) ||
      columns.event_size() != rows || columns.sold_at_size() != rows ||
      columns.quantity_size() != rows || columns.price_cents_size() != rows ||
      columns.channel().size() != count || columns.status().size() != count ||
      event_count > rows || events.title_size() != event_count ||
      events.genre_size() != event_count ||
      events.starts_at_size() != event_count) {
    return InvalidArgument(
        "sealed: the columns do not all have count rows, the columns of events "
        "differ in length, or there are more events than rows");
  }
  VisitBatch batch;
  batch.events.reserve(static_cast<size_t>(event_count));
  std::vector<const Fault*> event_fault(static_cast<size_t>(event_count));
  for (int e = 0; e < event_count; ++e) {
    Event& event = batch.events.emplace_back();
    event.id = events.id(e);
    event.title = events.title(e);
    CutTitle(event.title);
    // A genre of a later list is kept as "other", not refused.
    event.genre = events.genre(e) < kGenres.size()
                      ? static_cast<uint8_t>(events.genre(e))
                      : uint8_t{0};
    event.starts_at = events.starts_at(e);
    if (event.id.empty() || event.id.size() > kEventIdBytesMax) {
      event_fault[static_cast<size_t>(e)] = &kBadEvent;
    } else if (event.starts_at < kEarliestMinute ||
               event.starts_at >= kLatestMinute) {
      event_fault[static_cast<size_t>(e)] = &kBadStart;
    } else if (event.starts_at < agreed_from) {
      event_fault[static_cast<size_t>(e)] = &kEventTooEarly;
    }
    // Nothing of a refused event is kept.
    if (event_fault[static_cast<size_t>(e)] != nullptr) event.id.clear();
  }
  auto fault_of = [&](int i) -> const Fault* {
    const uint32_t event = columns.event(i);
    if (event >= static_cast<uint32_t>(event_count)) return &kBadEvent;
    if (event_fault[event] != nullptr) return event_fault[event];
    const int32_t sold = columns.sold_at(i);
    if (sold != kUnknownTime &&
        (sold < kEarliestMinute / 60 || sold >= kLatestMinute / 60)) {
      return &kBadSold;
    }
    // By the day: what is known of a sale is its hour.
    if (sold != kUnknownTime && sold < agreed_from / 60) return &kSaleTooEarly;
    if (columns.quantity(i) > kQuantityMax) return &kBadQuantity;
    if (columns.price_cents(i) > kPriceCentsMax ||
        columns.price_cents(i) < -kPriceCentsMax) {
      return &kBadPrice;
    }
    const auto at = static_cast<size_t>(i);
    if (static_cast<uint8_t>(columns.channel()[at]) >= kChannels.size()) {
      return &kBadChannel;
    }
    if (static_cast<uint8_t>(columns.status()[at]) >= kStatuses.size()) {
      return &kBadStatus;
    }
    return nullptr;
  };
  batch.rows.resize(count);
  batch.is_refused.resize(count);
  for (int i = 0; i < rows; ++i) {
    const auto at = static_cast<size_t>(i);
    if (const Fault* fault = fault_of(i)) {
      v1::RowRefusal& refusal = batch.refused.emplace_back();
      refusal.set_index(static_cast<uint32_t>(i));
      refusal.set_reason(fault->reason);
      refusal.set_column(fault->column);
      refusal.set_text(fault->text);
      batch.is_refused[at] = true;
      continue;
    }
    batch.rows[at] = {0,
                      columns.event(i),
                      columns.sold_at(i),
                      static_cast<int32_t>(columns.price_cents(i)),
                      static_cast<uint16_t>(columns.quantity(i)),
                      static_cast<uint8_t>(columns.channel()[at]),
                      static_cast<uint8_t>(columns.status()[at])};
  }
  batch.visit_ids = std::move(*columns.mutable_visit_ids());
  return batch;
}

}  // namespace garderobe::aggregator
