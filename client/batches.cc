#include "client/batches.h"

#include "client/words.h"
#include "core/base/hash.h"
#include "core/identifiers/encrypt.h"

namespace garderobe::client {
namespace {
// Longer titles are cut by the aggregator, at a character; nobody's title is
// longer than this.
constexpr size_t kTitleBytesMax = 2048;

constexpr char kShownAddress = 1, kShownPerson = 2;

Padding PaddingFor(const FeedContext& feed, const InstitutionHandleKey& key,
                   const Handle& handle) {
  constexpr std::string_view kLabel("garderobe/padding/v2\0", 21);
  return {feed.published.ttp.padding,
          AsString(Hash<Digest256>({kLabel, handle.view()}, key).bytes())};
}

// What the row shows of the customer, whatever it is padded with.
char ShownOf(const Identifiers& identifiers) {
  char shown = 0;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (identifiers[kind].empty()) continue;
    if (HasSlot(kind)) shown |= kShownPerson;
    if (static_cast<Kind>(kind) == Kind::kAddress) shown |= kShownAddress;
  }
  return shown;
}

void AddSealed(const Customer& customer, const FeedContext& feed,
               const InstitutionHandleKey& key, v1::RelationBatch& batch) {
  const EncryptedIdentifiers encrypted =
      EncryptIdentifiers(customer.identifiers, feed.published.keys,
                         PaddingFor(feed, key, customer.handle));
  batch.add_kinds(encrypted.kinds);
  batch.mutable_points_a()->append(encrypted.point_a.view());
  batch.mutable_points_b()->append(encrypted.points_b);
  batch.mutable_points_home()->append(encrypted.point_home.view());
}

std::string SignAndSeal(const FeedContext& feed, const BatchPlace& place,
                        const AuthoredParts& parts,
                        const std::string& columns) {
  GARDEROBE_CHECK(feed.author != nullptr);
  const auto& aggregator = feed.published.aggregator;
  return SealBatch(aggregator.sealing_key, place,
                   EncodeAuthored(*feed.author, place, aggregator.issue.serial,
                                  parts, columns));
}

// Zeros where the TTP is to make the points.
Digest256 PointsOf(const v1::RelationBatch& batch) {
  if (batch.has_plain()) return Digest256();
  return PointsDigest(
      {batch.kinds().data(), static_cast<size_t>(batch.kinds_size())},
      batch.points_a(), batch.points_b(), batch.points_home());
}

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

v1::RelationBatch BuildRelationBatch(const FeedContext& feed,
                                     const InstitutionHandleKey& key,
                                     uint64_t offset,
                                     const std::vector<Customer>& customers) {
  v1::RelationBatch batch;
  v1::RelationColumns columns;
  const auto count = static_cast<uint32_t>(customers.size());
  batch.set_offset(offset);
  batch.set_count(count);
  *batch.mutable_serials() = feed.published.serials();
  for (const Customer& customer : customers) {
    batch.mutable_handles()->append(customer.handle.view());
    if (customer.plain) {
      *batch.mutable_plain()->add_rows() = *customer.plain;
    } else {
      AddSealed(customer, feed, key, batch);
    }
    columns.add_pc4(customer.pc4);
    columns.add_birth_year(customer.birth_year);
    columns.mutable_gender()->push_back(0);
    columns.mutable_newsletter()->push_back(0);
    columns.add_customer_since(0);
    columns.mutable_shown()->push_back(ShownOf(customer.identifiers));
  }
  if (batch.has_plain()) {
    batch.mutable_plain()->mutable_own_domains()->Add(feed.own_domains.begin(),
                                                      feed.own_domains.end());
  }
  batch.set_sealed(SignAndSeal(
      feed,
      {SealedKind::kRelations, feed.institution, feed.source, offset, count},
      {Hash(batch.handles()), PointsOf(batch)}, columns.SerializeAsString()));
  return batch;
}

}  // namespace garderobe::client
