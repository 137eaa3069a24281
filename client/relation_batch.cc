#include "client/relation_batch.h"

#include <string_view>

#include "core/base/hash.h"
#include "garderobe/v1/columns.pb.h"

namespace garderobe::client {
namespace {

void AddSealed(const Customer& customer, const FeedContext& feed,
               const PaddingKey& key, v1::RelationBatch& batch) {
  const EncryptedIdentifiers encrypted = EncryptIdentifiers(
      customer.identifiers, feed.published.keys,
      PaddingFor(feed.published.ttp.padding, key, customer.handle));
  batch.add_kinds(encrypted.kinds);
  batch.mutable_points_a()->append(encrypted.point_a.view());
  batch.mutable_points_b()->append(encrypted.points_b);
  batch.mutable_points_home()->append(encrypted.point_home.view());
}

}  // namespace

Padding PaddingFor(uint32_t kinds, const PaddingKey& key,
                   const Handle& handle) {
  constexpr std::string_view kLabel("garderobe/padding/v2\0", 21);
  return {kinds,
          AsString(Hash<Digest256>({kLabel, handle.view()}, key).bytes())};
}

uint8_t ShownOf(const Identifiers& identifiers) {
  uint8_t shown = 0;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (identifiers[kind].empty()) continue;
    if (HasSlot(kind)) shown |= kShownPerson;
    if (static_cast<Kind>(kind) == Kind::kAddress) shown |= kShownAddress;
  }
  return shown;
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

v1::RelationBatch BuildRelationBatch(const FeedContext& feed,
                                     const PaddingKey& padding, uint64_t offset,
                                     const std::vector<Customer>& customers) {
  v1::RelationBatch batch;
  v1::RelationColumns columns;
  const auto count = static_cast<uint32_t>(customers.size());
  batch.set_offset(offset);
  batch.set_count(count);
  *batch.mutable_serials() = feed.published.serials();
  for (const Customer& customer : customers) {
    batch.mutable_handles()->append(customer.handle.view());
    AddSealed(customer, feed, padding, batch);
    columns.add_pc4(customer.pc4);
    columns.add_birth_year(customer.birth_year);
    columns.mutable_gender()->push_back(0);
    columns.mutable_newsletter()->push_back(0);
    columns.add_customer_since(0);
    columns.mutable_shown()->push_back(
        static_cast<char>(ShownOf(customer.identifiers)));
  }
  const Digest256 points = PointsDigest(
      {batch.kinds().data(), static_cast<size_t>(batch.kinds_size())},
      batch.points_a(), batch.points_b(), batch.points_home());
  batch.set_sealed(SignAndSeal(
      feed,
      {SealedKind::kRelations, feed.institution, feed.source, offset, count},
      {Hash(batch.handles()), points}, columns.SerializeAsString()));
  return batch;
}

v1::RelationBatch BuildRelationBatch(const FeedContext& feed,
                                     const InstitutionHandleKey& key,
                                     uint64_t offset,
                                     const std::vector<Customer>& customers) {
  return BuildRelationBatch(
      feed, PaddingKey::CopyFrom({key.ExposeSecret(), PaddingKey::kBytes}),
      offset, customers);
}

}  // namespace garderobe::client
