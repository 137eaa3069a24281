// Parties whose keys are known, and what a batch opens to, for tests.
#ifndef GARDEROBE_CLIENT_RELATION_BATCH_FIXTURE_H_
#define GARDEROBE_CLIENT_RELATION_BATCH_FIXTURE_H_

#include <map>
#include <string>
#include <vector>

#include "client/relation_batch.h"
#include "core/conversion/open.h"

namespace garderobe::client {

// What the parties publish, and what would open a row if somebody had it all.
struct KnownParties {
  DecryptionScalar open = DecryptionScalar::Random();  // of every kind
  SealingSecretKey aggregator = SealingSecretKey::Random();
  AuthorSeed author = AuthorSeed::Random();

  FeedContext Feed(uint32_t padding) const {
    FeedContext feed{"museum-x", "museum-x.files", {}, &author};
    feed.published.ttp.padding = padding;
    feed.published.aggregator.issue.serial = 7;
    feed.published.aggregator.sealing_key = PublicKeyOf(aggregator);
    feed.published.keys.kinds.fill(MultiplyBase(open));
    feed.published.keys.home = MultiplyBase(open);
    return feed;
  }
  // M of the `b`-th B of the batch, which belongs to row `row`.
  Element Opened(const v1::RelationBatch& batch, size_t row, size_t b) const {
    const auto opened =
        OpenToken(open, Element::From(batch.points_a().substr(32 * row, 32)),
                  Element::From(batch.points_b().substr(32 * b, 32)));
    GARDEROBE_CHECK(opened.has_value());
    return *opened;
  }
  // What each dummy is in a batch of one customer who shows nothing, by kind.
  std::map<std::string, Element> Dummies(const PaddingKey& key,
                                         const Handle& handle) const {
    std::vector<Customer> customers(1);
    customers[0].handle = handle;
    const v1::RelationBatch batch =
        BuildRelationBatch(Feed(kSlotKinds), key, /*offset=*/0, customers);
    std::map<std::string, Element> dummies;
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if ((batch.kinds(0) >> kind & 1) == 0) continue;
      dummies.emplace(KindName(static_cast<Kind>(kind)),
                      Opened(batch, 0, dummies.size()));
    }
    return dummies;
  }
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_RELATION_BATCH_FIXTURE_H_
