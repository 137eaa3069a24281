// The aggregator's tables: column families, keys and small records. Stored,
// never change; laid out in aggregator/README.md.
#ifndef GARDEROBE_AGGREGATOR_TABLES_H_
#define GARDEROBE_AGGREGATOR_TABLES_H_

#include <string>
#include <vector>

#include "aggregator/visit_batch.h"
#include "core/base/bytes.h"
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
  kResidents,     // person number to household number
  kDirtyMirrors,  // institutions whose mirror answerd has yet to get
  kCubes,         // published cubes
};
inline const std::vector<std::string> kFamilyNames = {
    "default",   "feeds",         "blocks",     "events",
    "handles",   "relations",     "pseudonyms", "numbers",
    "residents", "dirty_mirrors", "cubes"};

inline constexpr StoreOptions kStoreOptions = {.format = 3};

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

// What is known of a relation.
struct Relation {
  uint32_t person = 0;     // number
  uint16_t delivered = 0;  // day of its last delivery, since 2000-01-01
  uint16_t pc4 = 0;        // 0 unknown
  uint16_t birth_year = 0;
  uint8_t gender = 0;
  uint8_t newsletter = 0;
  uint16_t customer_since = 0;  // months since 1900-01
  std::string language;
};
std::string Encode(const Relation& relation);
[[nodiscard]] bool Decode(std::string_view bytes, Relation* relation);

std::string Encode(const Event& event);
[[nodiscard]] bool Decode(std::string_view bytes, Event* event);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_TABLES_H_
