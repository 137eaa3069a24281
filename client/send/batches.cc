#include "client/send/batches.h"

#include <string_view>

#include "client/orders/words.h"
#include "core/base/hash.h"

namespace garderobe::client {
namespace {
// Longer titles are cut by the aggregator, at a character; nobody's title is
// longer than this.
constexpr size_t kTitleBytesMax = 2048;

}  // namespace

VisitBatchBuilder::VisitBatchBuilder(const FeedContext& feed,
                                     const InstitutionHandleKey& key)
    : feed_(feed), key_(key) {}

uint32_t VisitBatchBuilder::EventIndex(const OrderLine& line) {
  event_key_.clear();
  event_key_.append(reinterpret_cast<const char*>(&line.starts_at),
                    sizeof line.starts_at);
  event_key_.push_back(static_cast<char>(line.genre));
  event_key_.append(line.event_id);
  event_key_.push_back('\0');
  event_key_.append(line.event_title);
  const auto [entry, is_new] =
      events_.try_emplace(event_key_, static_cast<uint32_t>(events_.size()));
  if (is_new) {
    auto* events = columns_.mutable_events();
    events->add_id(ToUtf8(line.event_id));
    events->add_title(ToUtf8(line.event_title.substr(0, kTitleBytesMax)));
    events->add_genre(line.genre);
    events->add_starts_at(line.starts_at);
  }
  return entry->second;
}

void VisitBatchBuilder::Add(const OrderLine& line, const Handle& handle) {
  if (handles_.empty()) {
    handles_.reserve(kRows * Handle::kBytes);
    columns_.mutable_visit_ids()->reserve(kRows * VisitId::kBytes);
    columns_.mutable_channel()->reserve(kRows);
    columns_.mutable_status()->reserve(kRows);
  }
  handles_.append(handle.view());
  columns_.mutable_visit_ids()->append(
      MakeVisitId(key_, line.order_id, line.line_id).view());
  columns_.add_event(EventIndex(line));
  columns_.add_sold_at(line.sold_at);
  columns_.add_quantity(line.quantity);
  columns_.add_price_cents(line.price_cents);
  columns_.mutable_channel()->push_back(static_cast<char>(line.channel));
  columns_.mutable_status()->push_back(static_cast<char>(line.status));
}

v1::VisitBatch VisitBatchBuilder::Build(uint64_t offset,
                                        std::vector<uint64_t>* lines) {
  v1::VisitBatch batch;
  const auto count = static_cast<uint32_t>(lines_.size());
  batch.set_offset(offset);
  batch.set_count(count);
  batch.set_handles(std::move(handles_));
  batch.set_serial(feed_.published.aggregator.issue.serial);
  batch.set_sealed(SignAndSeal(
      feed_,
      {SealedKind::kVisits, feed_.institution, feed_.source, offset, count},
      {Hash(batch.handles()), Digest256()}, columns_.SerializeAsString()));
  *lines = std::move(lines_);
  lines_.clear();
  handles_.clear();
  columns_.Clear();
  events_.clear();
  return batch;
}

}  // namespace garderobe::client
