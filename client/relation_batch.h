// What a feed is, and batches of relations in it: encrypted, signed and sealed
// (protocol.md, 3 and 5). Every client makes them here, plaind among them.
#ifndef GARDEROBE_CLIENT_RELATION_BATCH_H_
#define GARDEROBE_CLIENT_RELATION_BATCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/delivered_customer.h"
#include "client/published.h"
#include "core/identifiers/encrypt.h"
#include "core/sealing/author_payload.h"
#include "garderobe/v1/delivery.pb.h"

namespace garderobe::client {

// What a feed is, who signs what is in it, and to whom it is sealed.
struct FeedContext {
  std::string institution;
  std::string source;
  Published published;
  // The institution's, its vendor's or plaind's. Not owned; outlives all that
  // is built.
  const AuthorSeed* author = nullptr;
};

// The payload of a batch at `place`, signed by the feed's author and sealed to
// the aggregator. `columns` are serialised.
std::string SignAndSeal(const FeedContext& feed, const BatchPlace& place,
                        const AuthoredParts& parts, const std::string& columns);

// What a row shows of its customer, whatever it is padded with: an address, and
// something by which a person can be recognised elsewhere (protocol.md, 2).
inline constexpr uint8_t kShownAddress = 1, kShownPerson = 2;
uint8_t ShownOf(const Identifiers& identifiers);

// What dummies are made with where the TTP asks for padding, 32 bytes: the
// institution's handle key at its own client, a key of plaind's in plain mode.
using PaddingKey = SecretBytes<32, struct PaddingKeyRole>;

// What a relation's dummies are made of: `kinds` are those that every row has
// to have.
Padding PaddingFor(uint32_t kinds, const PaddingKey& key, const Handle& handle);

// The relations of `customers` at `offset`, encrypted, signed and sealed.
// Expensive: public-key operations. No handle twice among them.
v1::RelationBatch BuildRelationBatch(const FeedContext& feed,
                                     const PaddingKey& padding, uint64_t offset,
                                     const std::vector<Customer>& customers);
// The same at the institution's own client.
v1::RelationBatch BuildRelationBatch(const FeedContext& feed,
                                     const InstitutionHandleKey& key,
                                     uint64_t offset,
                                     const std::vector<Customer>& customers);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_RELATION_BATCH_H_
