#include "vault/link/records.h"

#include <sodium.h>

#include <algorithm>
#include <cstdint>

#include "core/group/hash_to_group.h"

namespace garderobe::vault {
namespace {

constexpr uint8_t kKeptApart = 0x01, kContradictory = 0x02, kObjects = 0x04,
                  kSomeSetAside = 0x08, kLodged = 0x10;

// A bit a kind, in three bytes.
static_assert(kKindCount <= 24);
void PutKinds(std::string& value, uint32_t kinds) {
  value.push_back(static_cast<char>(kinds >> 16));
  PutBigEndian(value, static_cast<uint16_t>(kinds));
}
bool GetKinds(ByteReader& reader, uint32_t* kinds) {
  uint8_t high;
  uint16_t low;
  if (!reader.GetInteger(&high) || !reader.GetInteger(&low)) return false;
  *kinds = uint32_t{high} << 16 | low;
  return (*kinds & ~kSlotKinds) == 0;
}

// An identifier that people share, and what is made of it.
struct Derived {
  Kind parent, derived;
};
constexpr Derived kDerived[] = {
    {Kind::kEmail, Kind::kEmailInitial}, {Kind::kEmail, Kind::kEmailFirst},
    {Kind::kEmail, Kind::kEmailNames},   {Kind::kEmail, Kind::kEmailBirthyear},
    {Kind::kEmail, Kind::kEmailLocal},   {Kind::kMobile, Kind::kMobileInitial},
    {Kind::kMobile, Kind::kMobileFirst}};

bool GetNumbers(ByteReader& reader, std::vector<uint64_t>* numbers) {
  while (!reader.empty()) {
    if (!reader.GetInteger(&numbers->emplace_back())) return false;
  }
  return true;
}

}  // namespace

PersonSeed NewPersonSeed() {
  PersonSeed seed;
  randombytes_buf(seed.mutable_data(), PersonSeed::kBytes);
  return seed;
}

Element PointOf(const PersonSeed& seed) {
  return seed.is_zero() ? Element() : HashToGroup("person", seed.view());
}

absl::Status Damaged() { return DataLoss("a record of the vault is damaged"); }

Fingerprint FingerprintOf(const Token& token) {
  const std::string key = token.Key();
  return GetBigEndian<uint64_t>(key.data());
}

Evidence RelationRecord::evidence() const {
  Evidence evidence{};
  uint32_t set_aside = 0;
  for (const HeldToken& token : tokens) {
    const auto kind = static_cast<size_t>(KindOf(token.fingerprint));
    if (token.set_aside) {
      set_aside |= uint32_t{1} << kind;
    } else {
      evidence[kind] = token.fingerprint;
    }
  }
  if (set_aside == 0) return evidence;
  for (const auto& [parent, derived] : kDerived) {
    if ((set_aside >> static_cast<unsigned>(parent) & 1) != 0) {
      evidence[static_cast<size_t>(derived)] = 0;
    }
  }
  return evidence;
}

Fingerprint RelationRecord::usable(Kind kind) const {
  for (const HeldToken& token : tokens) {
    if (KindOf(token.fingerprint) == kind && !token.set_aside) {
      return token.fingerprint;
    }
  }
  return 0;
}

std::string Encode(const TokenRecord& record) {
  std::string value;
  if (record.relations.empty()) PutBigEndian(value, record.count);
  for (RelationId id : record.relations) PutBigEndian(value, id);
  return value;
}
bool Decode(std::string_view bytes, TokenRecord* record) {
  ByteReader reader(bytes);
  if (bytes.size() == sizeof record->count) {
    return reader.GetInteger(&record->count);
  }
  record->count = static_cast<uint32_t>(bytes.size() / sizeof(RelationId));
  return record->count > 0 && GetNumbers(reader, &record->relations);
}

std::string Encode(const RelationRecord& record) {
  uint32_t kinds = 0, set_aside = 0;
  for (const HeldToken& token : record.tokens) {
    const uint32_t bit = uint32_t{1}
                         << static_cast<unsigned>(KindOf(token.fingerprint));
    kinds |= bit;
    if (token.set_aside) set_aside |= bit;
  }
  std::string value(
      1, static_cast<char>((record.kept_apart ? kKeptApart : 0) |
                           (record.contradictory ? kContradictory : 0) |
                           (record.objects ? kObjects : 0) |
                           (record.lodged.empty() ? 0 : kLodged) |
                           (set_aside != 0 ? kSomeSetAside : 0)));
  value.append(record.handle_rest);
  PutBigEndian(value, record.group);
  value.append(record.reference);
  if (!record.lodged.empty()) {
    PutBigEndian(value, static_cast<uint16_t>(record.lodged.size()));
    for (const ObjectionMark& mark : record.lodged) value.append(mark.view());
  }
  PutKinds(value, kinds);
  if (set_aside != 0) PutKinds(value, set_aside);
  for (const HeldToken& token : record.tokens) {
    value.append(NumberKey(token.fingerprint), 1);
  }
  return value;
}
bool Decode(std::string_view bytes, RelationRecord* record) {
  ByteReader reader(bytes);
  uint8_t flags;
  std::string_view rest, reference;
  if (!reader.GetInteger(&flags) || !reader.GetBytes(8, &rest) ||
      !reader.GetInteger(&record->group) ||
      !reader.GetBytes(kReferenceBytes, &reference)) {
    return false;
  }
  record->stored = true;
  record->kept_apart = (flags & kKeptApart) != 0;
  record->contradictory = (flags & kContradictory) != 0;
  record->objects = (flags & kObjects) != 0;
  record->handle_rest = rest;
  record->reference = reference;
  uint16_t lodged = 0;
  if ((flags & kLodged) != 0 && !reader.GetInteger(&lodged)) return false;
  for (; lodged > 0; --lodged) {
    std::string_view mark;
    if (!reader.GetBytes(ObjectionMark::kBytes, &mark)) return false;
    record->lodged.push_back(ObjectionMark::From(mark));
  }
  uint32_t kinds, set_aside = 0;
  if (!GetKinds(reader, &kinds) ||
      ((flags & kSomeSetAside) != 0 && !GetKinds(reader, &set_aside))) {
    return false;
  }
  if ((set_aside & ~kinds) != 0) return false;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if ((kinds >> kind & 1) == 0) continue;
    std::string_view token;
    if (!reader.GetBytes(sizeof(Fingerprint) - 1, &token)) return false;
    const std::string whole = static_cast<char>(kind) + std::string(token);
    record->tokens.push_back({GetBigEndian<Fingerprint>(whole.data()),
                              (set_aside >> kind & 1) != 0});
  }
  return reader.empty();
}

std::string Encode(const GroupRecord& record) {
  std::string value;
  for (const Person& person : record.persons) {
    value.append(person.seed.view());
    PutBigEndian(value, static_cast<uint32_t>(person.relations.size()));
    for (RelationId id : person.relations) PutBigEndian(value, id);
  }
  return value;
}
bool Decode(std::string_view bytes, GroupRecord* record) {
  ByteReader reader(bytes);
  while (!reader.empty()) {
    Person& person = record->persons.emplace_back();
    uint32_t count;
    std::string_view seed;
    if (!reader.GetBytes(PersonSeed::kBytes, &seed) ||
        !reader.GetInteger(&count)) {
      return false;
    }
    person.seed = PersonSeed::From(seed);
    while (count-- > 0) {
      if (!reader.GetInteger(&person.relations.emplace_back())) return false;
    }
  }
  return true;
}

std::string Encode(const ChangeRecord& record) {
  std::string value(1, static_cast<char>(record.type));
  PutBigEndian(value, record.relation);
  value.push_back(record.again ? 1 : 0);
  value.append(record.reference);
  return value;
}
bool Decode(std::string_view bytes, ChangeRecord* record) {
  ByteReader reader(bytes);
  uint8_t type, again;
  if (!reader.GetInteger(&type) || !reader.GetInteger(&record->relation) ||
      !reader.GetInteger(&again)) {
    return false;
  }
  record->type = static_cast<ChangeRecord::Type>(type);
  record->again = again != 0;
  switch (record->type) {
    case ChangeRecord::Type::kLink:
    case ChangeRecord::Type::kNobody:
      return reader.empty();
    case ChangeRecord::Type::kErase:
    case ChangeRecord::Type::kWithdraw: {
      std::string_view reference;
      if (!reader.GetBytes(kReferenceBytes, &reference)) return false;
      record->reference = reference;
      return reader.empty();
    }
  }
  return false;
}

}  // namespace garderobe::vault
