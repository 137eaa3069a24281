// The vault's records: column families, keys and values. Stored, never change;
// laid out in vault/README.md.
#ifndef GARDEROBE_VAULT_LINK_RECORDS_H_
#define GARDEROBE_VAULT_LINK_RECORDS_H_

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/group/elgamal.h"
#include "core/sealing/handles.h"
#include "core/store/store.h"
#include "vault/link/evidence.h"

namespace garderobe::vault {

enum Family : size_t {
  kMeta,
  kTokens,     // who holds a token
  kSetAside,   // who holds a token that is set aside
  kRelations,  // what a relation shows
  kGroups,     // relations that were compared, and the persons among them
  kChanges,    // what the aggregator has yet to hear
  kApart,      // pairs that somebody has said are not one person
};
inline const std::vector<std::string> kFamilyNames = {
    "default", "tokens", "crowds", "relations", "groups", "changes", "apart"};
inline constexpr StoreOptions kStoreOptions = {
    .block_bytes = 8 << 10,
    .filtered_families = 1 << kTokens | 1 << kRelations | 1 << kGroups,
    .format = 9};

struct Token {
  Kind kind;
  Element point;  // s*M
  std::string Key() const {
    return static_cast<char>(kind) + std::string(point.view());
  }
};

// A relation is called by the first 8 bytes of its handle in the vault's form,
// a keyed hash. Two that are equal in them get the next free number; with 40
// million relations that happens in one deployment of 20,000.
using RelationId = uint64_t;
inline constexpr uint64_t kNone = 0;

// A token's beginning: kind, then 7 bytes of the element. Never 0.
using Fingerprint = uint64_t;
Fingerprint FingerprintOf(const Token& token);
inline Kind KindOf(Fingerprint fingerprint) {
  return static_cast<Kind>(fingerprint >> 56);
}

// rho, encrypted to the aggregator: which relation this is there. The vault
// can't read it, and rerandomises it each time before it lets it go.
inline constexpr size_t kReferenceBytes = Ciphertext::kBytes;

struct TokenRecord {
  uint32_t count = 0;  // relations that hold it
  // These, ascending; empty when the token is set aside.
  std::vector<RelationId> relations;
};

struct HeldToken {
  Fingerprint fingerprint = 0;
  bool set_aside = false;
};

struct RelationRecord {
  bool stored = false;      // there is a record; Encode does not write this
  std::string handle_rest;  // bytes 8 to 15 of the handle
  uint64_t group = kNone;
  bool kept_apart = false;  // somebody unlinked it from another
  // The visitor objects: what comes of this relation is dropped, and its
  // tokens are kept to know the person by.
  bool objects = false;
  // A mark for every institution that lodged the objection with this relation;
  // empty where it follows from another relation of the person. Ascending.
  std::vector<ObjectionMark> lodged;
  bool contradictory = false;  // another holds its pass with another birth date
  std::string reference;       // kReferenceBytes
  std::vector<HeldToken> tokens;  // ascending by kind, at most one of each

  // Stands for the reference of somebody who objects and is at no institution.
  static std::string NoReference() {
    return std::string(kReferenceBytes, '\0');
  }
  bool nowhere() const { return reference == NoReference(); }
  // What it can be known by: neither tokens that are set aside, nor what is
  // derived from one of these. The telephone of a school says nothing about one
  // person, and neither does that telephone with an initial.
  Evidence evidence() const;
  // The token of a kind, unless it is set aside; 0 when there is none.
  Fingerprint usable(Kind kind) const;
};

// What a person's point is hashed from, drawn once and kept, so that a vault
// can't make points that stand in a relation to each other: with the
// aggregator it would know what becomes of them (protocol.md, 3). Zeros:
// nobody, for the visitor objects.
struct PersonSeedTag;
using PersonSeed = FixedBytes<32, PersonSeedTag>;
PersonSeed NewPersonSeed();
// P = HashToGroup(person, seed); the identity for nobody.
Element PointOf(const PersonSeed& seed);

struct Person {
  PersonSeed seed;
  std::vector<RelationId> relations;  // ascending
};

struct GroupRecord {
  std::vector<Person> persons;
};

// What the aggregator is to hear of a relation.
struct ChangeRecord {
  enum class Type : char {
    kLink = 'L',      // it is another person's now
    kNobody = 'O',    // its visitor objects
    kErase = 'E',     // it is gone
    kWithdraw = 'W',  // nobody objects any more
  };
  Type type = Type::kLink;
  RelationId relation = kNone;
  // With kErase and kWithdraw, for the relation is not stored any more.
  std::string reference = {};
  // Each link is told twice, so that an answer to a delivery that was under way
  // can't outlast it; this is the second time.
  bool again = false;
};

inline std::string NumberKey(uint64_t number) {
  std::string key;
  PutBigEndian(key, number);
  return key;
}

std::string Encode(const TokenRecord& record);
std::string Encode(const RelationRecord& record);
std::string Encode(const GroupRecord& record);
std::string Encode(const ChangeRecord& record);
[[nodiscard]] bool Decode(std::string_view bytes, TokenRecord* record);
[[nodiscard]] bool Decode(std::string_view bytes, RelationRecord* record);
[[nodiscard]] bool Decode(std::string_view bytes, GroupRecord* record);
[[nodiscard]] bool Decode(std::string_view bytes, ChangeRecord* record);

// Whether there is anything to keep: an empty record is deleted.
inline bool IsEmpty(const TokenRecord& r) { return r.count == 0; }
inline bool IsEmpty(const RelationRecord& r) { return !r.stored; }
inline bool IsEmpty(const GroupRecord& r) { return r.persons.empty(); }

absl::Status Damaged();

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_RECORDS_H_
