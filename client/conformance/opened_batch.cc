#include "client/conformance/opened_batch.h"

#include <algorithm>
#include <array>
#include <span>

#include "absl/container/flat_hash_set.h"
#include "core/base/civil_time.h"
#include "core/base/columns.h"
#include "core/catalogue/codes.h"
#include "core/conversion/point_columns.h"

namespace garderobe::client::conformance {
namespace {

constexpr Rule kBatchRows{"batch-rows", "clients.md, 10",
                          "the batch has more rows than `batch_rows_max`"};
constexpr Rule kHandlesColumn{"handles-column", "clients.md, 5",
                              "`handles` has not 16 bytes for each of `count` "
                              "rows"};
constexpr Rule kSerialsOther{"serials", "clients.md, 3",
                             "the batch names serials that are not in force"};
constexpr Rule kColumnsUnknown{"columns-damaged", "clients.md, 5",
                               "the columns are no such message"};
constexpr Rule kColumnsUnequal{"columns-unequal", "clients.md, 5",
                               "a column of rows has not `count` entries, or "
                               "one of events not as many as `id`"};
constexpr Rule kEventsMany{"events-many", "clients.md, 5",
                           "there are more events than rows"};
constexpr Rule kPointsColumns{"points-columns", "clients.md, 6",
                              "kinds and points do not fit together: a number "
                              "a row, 32 bytes for every bit that is set"};
constexpr Rule kPaddingMissing{"padding-missing", "clients.md, 6",
                               "a row lacks a kind of the TTP's `padding`"};
constexpr Rule kHandleZero{"handle-zero", "clients.md, 6",
                           "a relation has the handle of nobody"};
constexpr Rule kHandleTwice{"handle-twice", "clients.md, 6",
                            "a handle comes twice in a batch"};
constexpr Rule kPointInvalid{"point-invalid", "protocol.md, 3",
                             "a point does not decode, or is the identity"};

const int32_t kFirstMinute = DayNumber({1900, 1, 1}) * 1440;
const int32_t kEndMinute = DayNumber({2200, 1, 1}) * 1440;

size_t VisitColumnsMax(uint32_t count) {
  return std::min(kPayloadBytesMax, size_t{64 << 10} + count * size_t{4 << 10});
}
size_t RelationColumnsMax(uint32_t count) { return 64 * (size_t{count} + 16); }

template <typename Repeated>
auto ValueAt(const Repeated& column, int row) {
  using Value = std::decay_t<decltype(column.Get(0))>;
  return row < column.size() ? column.Get(row) : Value();
}
uint8_t ByteAt(const std::string& column, size_t row) {
  return row < column.size() ? static_cast<uint8_t>(column[row]) : uint8_t{0};
}

void CheckShape(const v1::VisitColumns& columns, uint32_t count,
                std::vector<BatchFault>* faults) {
  const auto& events = columns.events();
  const int rows = static_cast<int>(count), n = events.id_size();
  const auto unequal = [&](const char* column) {
    faults->push_back({&kColumnsUnequal, column});
  };
  if (!garderobe::Column<VisitId>(columns.visit_ids()).HasRows(count)) {
    unequal("visit_ids");
  }
  if (columns.event_size() != rows) unequal("event");
  if (columns.sold_at_size() != rows) unequal("sold_at");
  if (columns.quantity_size() != rows) unequal("quantity");
  if (columns.price_cents_size() != rows) unequal("price_cents");
  if (columns.channel().size() != count) unequal("channel");
  if (columns.status().size() != count) unequal("status");
  if (events.title_size() != n) unequal("events.title");
  if (events.genre_size() != n) unequal("events.genre");
  if (events.starts_at_size() != n) unequal("events.starts_at");
  if (n > rows) faults->push_back({&kEventsMany});
}

void CheckShape(const v1::RelationColumns& columns, uint32_t count,
                std::vector<BatchFault>* faults) {
  const int rows = static_cast<int>(count);
  const auto unequal = [&](const char* column) {
    faults->push_back({&kColumnsUnequal, column});
  };
  if (columns.pc4_size() != rows) unequal("pc4");
  if (columns.birth_year_size() != rows) unequal("birth_year");
  if (columns.gender().size() != count) unequal("gender");
  if (columns.newsletter().size() != count) unequal("newsletter");
  if (columns.customer_since_size() != rows) unequal("customer_since");
  if (columns.shown().size() != count) unequal("shown");
  if (columns.language_size() != 0 && columns.language_size() != rows) {
    unequal("language");
  }
}

std::string RowDetail(size_t row) { return fmt::format("row {}", row); }

void CheckHandles(const v1::RelationBatch& batch,
                  std::vector<BatchFault>* faults) {
  absl::flat_hash_set<Handle> seen;
  const garderobe::Column<Handle> handles(batch.handles());
  for (size_t row = 0; row < handles.size(); ++row) {
    if (handles[row].is_zero()) {
      faults->push_back({&kHandleZero, RowDetail(row)});
    } else if (!seen.insert(handles[row]).second) {
      faults->push_back({&kHandleTwice, RowDetail(row)});
    }
  }
}

// Whether a point is one that can be calculated with.
bool IsPoint(const Element& point) {
  return !point.is_zero() &&
         crypto_core_ristretto255_is_valid_point(point.data()) == 1;
}

void CheckPoints(const v1::RelationBatch& batch, uint32_t padding,
                 OpenedRelations* opened) {
  const std::span<const uint32_t> kinds(
      batch.kinds().data(), static_cast<size_t>(batch.kinds_size()));
  const auto points =
      PointColumns::Read(kinds, batch.points_a(), batch.points_b());
  const garderobe::Column<Element> homes(batch.points_home());
  if (kinds.size() != batch.count() || !points.ok() ||
      !homes.HasRows(batch.count())) {
    opened->faults.push_back({&kPointsColumns});
    return;
  }
  opened->has_points = true;
  for (size_t row = 0; row < kinds.size(); ++row) {
    if ((padding & ~kinds[row]) != 0) {
      opened->faults.push_back({&kPaddingMissing, RowDetail(row)});
    }
    std::vector<Element> all = points->points_b(row);
    all.push_back(points->point_a(row));
    all.push_back(homes[row]);
    if (!std::all_of(all.begin(), all.end(), IsPoint)) {
      opened->faults.push_back({&kPointInvalid, RowDetail(row)});
    }
  }
}

}  // namespace

std::string_view KeptTitle(std::string_view title) {
  if (title.size() <= kTitleBytesKept) return title;
  size_t size = kTitleBytesKept;
  while (size > 0 && (title[size] & 0xc0) == 0x80) --size;
  return title.substr(0, size);
}

size_t OpenedVisits::rows() const {
  return std::min<size_t>(count, garderobe::Column<Handle>(handles).size());
}

VisitValues OpenedVisits::At(size_t row) const {
  VisitValues visit;
  visit.handle = garderobe::Column<Handle>(handles)[row];
  const garderobe::Column<VisitId> ids(columns.visit_ids());
  if (row < ids.size()) visit.id = ids[row];
  const int at = static_cast<int>(row);
  const auto& events = columns.events();
  const uint32_t place = ValueAt(columns.event(), at);
  if (place < static_cast<uint32_t>(events.id_size())) {
    const int event = static_cast<int>(place);
    visit.event_id = events.id(event);
    if (event < events.title_size()) visit.title = events.title(event);
    visit.genre = ValueAt(events.genre(), event);
    visit.starts_at = ValueAt(events.starts_at(), event);
  }
  visit.sold_at = ValueAt(columns.sold_at(), at);
  visit.quantity = ValueAt(columns.quantity(), at);
  visit.price_cents = ValueAt(columns.price_cents(), at);
  visit.channel = ByteAt(columns.channel(), row);
  visit.status = ByteAt(columns.status(), row);
  return visit;
}

OpenedVisits BatchOpener::Open(const v1::FeedName& feed,
                               const v1::VisitBatch& batch) const {
  OpenedVisits opened;
  opened.offset = batch.offset();
  opened.count = batch.count();
  opened.handles = batch.handles();
  auto& faults = opened.faults;
  if (batch.count() > kVisitRowsMax) faults.push_back({&kBatchRows});
  if (!garderobe::Column<Handle>(batch.handles()).HasRows(batch.count())) {
    faults.push_back({&kHandlesColumn});
  }
  if (!keys_.AcceptsAggregator(batch.serial())) {
    faults.push_back({&kSerialsOther});
  }
  SealedPayload payload =
      ReadSealed(keys_.sealing(), authors_,
                 {{SealedKind::kVisits, feed.institution(), feed.source(),
                   batch.offset(), batch.count()},
                  batch.serial(),
                  {Hash(batch.handles()), Digest256()},
                  batch.sealed(),
                  VisitColumnsMax(batch.count())},
                 &faults);
  opened.box_key = std::move(payload.box_key);
  opened.batch_key_digest = std::move(payload.batch_key_digest);
  if (!payload.is_open) return opened;
  if (!opened.columns.ParseFromString(payload.columns)) {
    faults.push_back({&kColumnsUnknown});
    opened.columns.Clear();
    return opened;
  }
  opened.is_open = true;
  CheckShape(opened.columns, batch.count(), &faults);
  return opened;
}

OpenedRelations BatchOpener::Open(const v1::FeedName& feed,
                                  v1::RelationBatch batch) const {
  OpenedRelations opened;
  auto& faults = opened.faults;
  if (batch.count() > kRelationRowsMax) faults.push_back({&kBatchRows});
  if (!garderobe::Column<Handle>(batch.handles()).HasRows(batch.count())) {
    faults.push_back({&kHandlesColumn});
  }
  if (!keys_.Accepts(batch.serials())) faults.push_back({&kSerialsOther});
  CheckHandles(batch, &faults);
  CheckPoints(batch, keys_.padding(), &opened);
  const Digest256 points = PointsDigest(
      {batch.kinds().data(), static_cast<size_t>(batch.kinds_size())},
      batch.points_a(), batch.points_b(), batch.points_home());
  SealedPayload payload =
      ReadSealed(keys_.sealing(), authors_,
                 {{SealedKind::kRelations, feed.institution(), feed.source(),
                   batch.offset(), batch.count()},
                  batch.serials().aggregator(),
                  {Hash(batch.handles()), points},
                  batch.sealed(),
                  RelationColumnsMax(batch.count())},
                 &faults);
  batch.clear_sealed();
  opened.box_key = std::move(payload.box_key);
  opened.batch_key_digest = std::move(payload.batch_key_digest);
  if (payload.is_open) {
    opened.is_open = opened.columns.ParseFromString(payload.columns);
    if (opened.is_open) {
      CheckShape(opened.columns, batch.count(), &faults);
    } else {
      faults.push_back({&kColumnsUnknown});
      opened.columns.Clear();
    }
  }
  opened.batch = std::move(batch);
  return opened;
}

RowFault FaultOf(const VisitValues& visit, int32_t agreed_from) {
  if (visit.event_id.empty() || visit.event_id.size() > 192) {
    return {"EVENT_INVALID", "event_id"};
  }
  if (visit.starts_at < kFirstMinute || visit.starts_at >= kEndMinute) {
    return {"STARTS_AT_INVALID", "starts_at"};
  }
  if (visit.starts_at < agreed_from) return {"BEFORE_AGREEMENT", "starts_at"};
  if (visit.sold_at != INT32_MIN) {
    if (visit.sold_at < kFirstMinute / 60 || visit.sold_at >= kEndMinute / 60) {
      return {"SOLD_AT_INVALID", "sold_at"};
    }
    if (visit.sold_at < agreed_from / 60)
      return {"BEFORE_AGREEMENT", "sold_at"};
  }
  if (visit.quantity > 10'000) return {"QUANTITY_INVALID", "quantity"};
  if (visit.price_cents > 100'000'000 || visit.price_cents < -100'000'000) {
    return {"PRICE_INVALID", "price"};
  }
  if (visit.channel >= kChannels.size()) return {"CHANNEL_UNKNOWN", "channel"};
  if (visit.status >= kStatuses.size()) return {"STATUS_UNKNOWN", "status"};
  return {};
}

RowFault FaultOf(const v1::RelationColumns& columns, int row) {
  constexpr std::string_view kReason = "ATTRIBUTE_INVALID";
  const uint32_t pc4 = ValueAt(columns.pc4(), row),
                 born = ValueAt(columns.birth_year(), row);
  const auto at = static_cast<size_t>(row);
  if (pc4 != 0 && (pc4 < 1000 || pc4 > 9999)) return {kReason, "postcode"};
  if (born != 0 && (born < 1900 || born > 2199)) {
    return {kReason, "birth_date"};
  }
  if (ByteAt(columns.gender(), at) >= kGenders.size()) {
    return {kReason, "gender"};
  }
  if (ByteAt(columns.newsletter(), at) >= kNewsletter.size()) {
    return {kReason, "newsletter"};
  }
  if (ValueAt(columns.customer_since(), row) > 0xffff) {
    return {kReason, "customer_since"};
  }
  if (ValueAt(columns.language(), row).size() > 8) return {kReason, "language"};
  if (ByteAt(columns.shown(), at) > 3) return {kReason, "shown"};
  return {};
}

std::vector<const Rule*> OpenedBatchRules() {
  return {&kBatchRows,      &kHandlesColumn, &kSerialsOther,  &kColumnsUnknown,
          &kColumnsUnequal, &kEventsMany,    &kPointsColumns, &kPaddingMissing,
          &kHandleZero,     &kHandleTwice,   &kPointInvalid};
}

}  // namespace garderobe::client::conformance
