// The aggregator's tables: column families, keys and small records. Stored,
// never change; laid out in aggregator/README.md.
#ifndef GARDEROBE_AGGREGATOR_LEDGER_RECORDS_H_
#define GARDEROBE_AGGREGATOR_LEDGER_RECORDS_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "aggregator/door/visit_batch.h"
#include "core/base/bytes.h"
#include "core/group/element.h"
#include "core/sealing/author_payload.h"
#include "core/sealing/handles.h"
#include "core/store/store.h"
#include "garderobe/v1/common.pb.h"

namespace garderobe::aggregator {

enum Family : size_t {
  kMeta,          // names and counters
  kFeeds,         // where each feed stands
  kBlocks,        // visits
  kEvents,        // an institution's events by number
  kHandles,       // handle_a to relation number
  kRelations,     // relation number to person, household, attributes
  kPseudonyms,    // pseudonym to person or household number
  kNumbers,       // person or household number to pseudonym
  kReferences,    // R to the handle of a relation
  kExpired,       // relations that the vault has yet to remove
  kDirtyMirrors,  // institutions whose mirror answerd has yet to get
  kCubes,         // published cubes
  kAuthorships,   // by feed and offset: who signed a batch
};
inline const std::vector<std::string> kFamilyNames = {
    "default",       "feeds",      "blocks",     "events",     "handles",
    "relations",     "pseudonyms", "numbers",    "references", "expired",
    "dirty_mirrors", "cubes",      "authorships"};

inline constexpr StoreOptions kStoreOptions = {.format = 8};

// Institution number, 4 bytes, then what follows.
template <typename... Numbers>
std::string KeyOf(uint32_t institution, Numbers... numbers) {
  std::string key;
  PutBigEndian(key, institution);
  (PutBigEndian(key, numbers), ...);
  return key;
}
inline std::string HandleKey(uint32_t institution,
                             const AggregatorHandle& handle) {
  return KeyOf(institution) + std::string(handle.view());
}
// Where the version of an institution's mirror stands.
inline std::string VersionKey(std::string_view institution) {
  return "version/" + std::string(institution);
}
template <typename T>
std::string Number(T number) {
  std::string bytes;
  PutBigEndian(bytes, number);
  return bytes;
}
std::string FeedKey(uint32_t institution, const v1::FeedName& feed);

// sigma: the vault's handle of a relation, which only the TTP reads.
struct SigmaTag;
using Sigma = FixedBytes<32, SigmaTag>;

// What a row showed of its customer; and, noted here and never sealed, that the
// visitor objects.
inline constexpr uint8_t kShownAddress = 1, kShownPerson = 2, kObjects = 128;

// What is known of a relation.
struct Relation {
  uint32_t person = 0;     // number; 0: its visitor objects, or has objected
  uint32_t household = 0;  // number of the one it showed; 0: no address
  uint16_t delivered = 0;  // day of its last delivery, since 2000-01-01
  uint16_t pc4 = 0;        // 0 unknown
  uint16_t birth_year = 0;
  uint8_t gender = 0;
  uint8_t newsletter = 0;
  uint16_t customer_since = 0;  // months since 1900-01
  uint8_t shown = 0;
  Element reference;  // R
  Sigma sigma;
  std::string language;

  // What the institution delivered is its own and counts in its own figures;
  // for everybody else the relation is nobody's.
  bool objects() const { return (shown & kObjects) != 0; }
};
std::string Encode(const Relation& relation);
[[nodiscard]] bool Decode(std::string_view bytes, Relation* relation);

// The relation that a reference R names; R is the key of the record.
struct RelationPlace {
  uint32_t institution = 0;
  AggregatorHandle handle;
};
std::string Encode(const RelationPlace& place);
[[nodiscard]] bool Decode(std::string_view bytes, RelationPlace* place);

// What shows whose batch it was when it is challenged. Nothing that is guessed
// from a small batch: digests of its columns would outlast what was erased.
struct Authorship {
  uint32_t count = 0;   // rows
  uint32_t serial = 0;  // of the aggregator's parameters
  Digest256 sealed;     // of the payload as it was sealed
  AuthorSignature signature;
};
std::string Encode(const Authorship& authorship);
// Where that of the batch at `offset` stands.
std::string AuthorshipKey(uint32_t institution, const v1::FeedName& feed,
                          uint64_t offset);

std::string Encode(const Event& event);
[[nodiscard]] bool Decode(std::string_view bytes, Event* event);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_LEDGER_RECORDS_H_
