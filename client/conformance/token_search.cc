#include "client/conformance/token_search.h"

#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "client/conformance/key_variants.h"
#include "client/relation_batch.h"
#include "core/base/civil_time.h"
#include "core/group/elgamal.h"
#include "core/group/hash_to_group.h"

namespace garderobe::client::conformance {
namespace {

constexpr Rule kTokenDummy{"token-dummy", "protocol.md, 3",
                           "a dummy stands where the customer shows "
                           "something"};
constexpr Rule kDummyForm{"dummy-form", "protocol.md, 3",
                          "a dummy is not made of a zero byte and the hash of "
                          "label and handle"};
constexpr Rule kSlotOther{"token-other-slot", "clients.md, 6",
                          "the token of another kind stands in this slot"};
constexpr Rule kSlotValue{"token-other-value", "protocol.md, 1",
                          "the value of another kind is hashed under this "
                          "one"};
constexpr Rule kTagKind{"hash-tag-kind", "protocol.md, 1",
                        "the domain separation tag is that of another kind, or "
                        "names none"};
constexpr Rule kTagOther{"hash-tag", "protocol.md, 1",
                         "the domain separation tag is another"};
constexpr Rule kHashOther{"hash-map", "protocol.md, 1",
                          "the value is hashed by other means than "
                          "expand_message_xmd with SHA-512"};
constexpr Rule kEncryptedTo{"encrypted-to", "protocol.md, 3",
                            "a point is not encrypted to all whom it is to be "
                            "encrypted to"};
constexpr Rule kEncryptedKind{"encrypted-kind", "protocol.md, 3",
                              "a point is encrypted to the key of another "
                              "kind"};
constexpr Rule kHomeEmpty{"home-empty", "clients.md, 6",
                          "the D of a row without an address is no random "
                          "point"};
constexpr Rule kKindCondition{"kind-condition", "identifiers.md, All kinds",
                              "a kind is made where its condition does not "
                              "hold: a postcode, a house or an office's "
                              "mailbox"};

constexpr size_t kPairsTriedMax = 2000;  // hashes, of two variants together
constexpr std::string_view kTag =
    "GARDEROBE-V1-ristretto255_XMD:SHA-512_R255MAP_RO_-";

Element FromUniform(const uint8_t* uniform) {
  Element element;
  crypto_core_ristretto255_from_hash(element.mutable_data(), uniform);
  return element;
}
Element HashWithTag(std::string_view tag, std::string_view value) {
  uint8_t uniform[64];
  ExpandMessageXmd(AsBytes(value), tag, uniform);
  return FromUniform(uniform);
}
Element HashBySha512(std::string_view value) {
  uint8_t hash[crypto_hash_sha512_BYTES];
  crypto_hash_sha512(hash, AsBytes(value).data(), value.size());
  return FromUniform(hash);
}
Element HashByBlake(std::string_view value) {
  uint8_t hash[64];
  HashInto(hash, sizeof hash, AsBytes(value));
  return FromUniform(hash);
}

}  // namespace

// Values that were tried for a token.
struct TokenSearch::Try {
  const TokenPoints& token;
  const Rules* only;
  absl::flat_hash_set<std::string> seen = {};

  size_t kind() const { return static_cast<size_t>(token.kind); }
  std::string_view name() const { return KindName(token.kind); }
  bool Takes(const Rule* rule) const {
    return only == nullptr || only->contains(rule);
  }
  // Whether `value` makes what came.
  bool Fits(const Rule* rule, const std::string& value) {
    if (value.empty() || !Takes(rule) || !seen.insert(value).second) {
      return false;
    }
    return HashToGroup(name(), value) == token.opened;
  }
};

TokenSearch::TokenSearch(const PartyKeys& keys, const Expected& expected,
                         const Handle& handle,
                         const Expected::Identity& identity)
    : keys_(keys), expected_(expected), handle_(handle), identity_(identity) {}

void TokenSearch::MakeVariants() {
  if (!derived_.empty()) return;
  fields_ = ReadPersonFields(identity_.written.raw(), expected_.own_domains(),
                             Today())
                .fields;
  variants_ =
      FieldVariants({identity_.written, fields_, expected_.own_domains()},
                    expected_.OtherRows(handle_));
  for (const FieldVariant& variant : variants_) {
    derived_.push_back(DeriveIdentifiers(variant.fields));
  }
  derived_.emplace_back();  // made, even when there are no variants
}

Element TokenSearch::Dummy(Kind kind) const {
  const auto key = PaddingKey::CopyFrom(
      {expected_.key().ExposeSecret(), PaddingKey::kBytes});
  return DummyOf(PaddingFor(keys_.padding(), key, handle_), KindName(kind));
}

std::optional<Explanation> TokenSearch::ByFields(Try& attempt) {
  for (size_t i = 0; i < variants_.size(); ++i) {
    const Rule* rule = variants_[i].rule;
    if (attempt.Fits(rule, derived_[i][attempt.kind()])) {
      return Explanation{rule};
    }
  }
  return std::nullopt;
}

std::optional<Explanation> TokenSearch::ByKey(Try& attempt) {
  const std::string value(Value(attempt.kind()));
  if (value.empty()) return std::nullopt;
  for (const KeyVariant& key :
       KeyVariants(attempt.token.kind, fields_, value)) {
    if (attempt.Fits(key.rule, key.value)) return Explanation{key.rule};
  }
  return std::nullopt;
}

// Two fields read otherwise at once, or one and the key put together otherwise.
std::optional<Explanation> TokenSearch::ByBoth(Try& attempt) {
  size_t tried = 0;
  const auto with = [](const Rule* one, const Rule* two) {
    return Explanation{one, fmt::format("together with {}", two->name)};
  };
  for (size_t i = 0; i < variants_.size(); ++i) {
    const std::string& value = derived_[i][attempt.kind()];
    if (value.empty() || !attempt.Takes(variants_[i].rule)) continue;
    if (value == Value(attempt.kind())) continue;
    for (const FieldVariant& other : variants_) {
      if (other.part <= variants_[i].part || other.part == Part::kRow) continue;
      if (!attempt.Takes(other.rule) || tried > kPairsTriedMax) continue;
      PersonFields both = variants_[i].fields;
      switch (other.part) {
        case Part::kPhone:
          both.mobile = other.fields.mobile;
          break;
        case Part::kName:
          both.first_name = other.fields.first_name;
          both.surname = other.fields.surname;
          break;
        case Part::kBirthDate:
          both.birth_date = other.fields.birth_date;
          break;
        case Part::kAddress:
          both.address = other.fields.address;
          both.city = other.fields.city;
          break;
        default:
          continue;
      }
      ++tried;
      if (attempt.Fits(variants_[i].rule,
                       DeriveIdentifiers(both)[attempt.kind()])) {
        return with(variants_[i].rule, other.rule);
      }
    }
    for (const KeyVariant& key :
         KeyVariants(attempt.token.kind, variants_[i].fields, value)) {
      if (tried > kPairsTriedMax || !attempt.Takes(key.rule)) continue;
      ++tried;
      if (attempt.Fits(key.rule, key.value)) {
        return with(variants_[i].rule, key.rule);
      }
    }
  }
  return std::nullopt;
}

// Kinds that are made only where something else is not known.
std::optional<Explanation> TokenSearch::ByCondition(Try& attempt) {
  if (!Value(attempt.kind()).empty()) return std::nullopt;
  PersonFields no_house = fields_, no_postcode = fields_;
  no_house.address.house_number = 0;
  no_postcode.address.house_number = 0;
  no_postcode.address.postcode.clear();
  for (const PersonFields* fields : {&no_house, &no_postcode}) {
    if (attempt.Fits(&kKindCondition,
                     DeriveIdentifiers(*fields)[attempt.kind()])) {
      return Explanation{&kKindCondition};
    }
  }
  const size_t at = fields_.email.find('@');
  if (attempt.token.kind == Kind::kEmailLocal && at != std::string::npos &&
      attempt.Fits(&kKindCondition, fields_.email.substr(0, at + 5))) {
    return Explanation{&kKindCondition};
  }
  return std::nullopt;
}

std::optional<Explanation> TokenSearch::ByElement(Try& attempt) {
  const Element& came = attempt.token.opened;
  const std::string value(Value(attempt.kind()));
  const std::string name(attempt.name());
  const bool has_slot = HasSlot(attempt.kind());
  const auto is = [&](const Rule& rule, const Element& element) {
    return attempt.Takes(&rule) && element == came;
  };
  if (!value.empty() && has_slot &&
      is(kTokenDummy, Dummy(attempt.token.kind))) {
    return Explanation{&kTokenDummy};
  }
  if (is(kHomeEmpty, HashToGroup(name, ""))) return Explanation{&kHomeEmpty};
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const std::string other(Value(kind)),
        other_name(KindName(static_cast<Kind>(kind)));
    if (kind == attempt.kind() || other.empty()) continue;
    if (is(kSlotOther, HashToGroup(other_name, other))) {
      return Explanation{&kSlotOther, other_name};
    }
    if (is(kSlotValue, HashToGroup(name, other))) {
      return Explanation{&kSlotValue, other_name};
    }
  }
  const auto key = PaddingKey::CopyFrom(
      {expected_.key().ExposeSecret(), PaddingKey::kBytes});
  const std::string secret = PaddingFor(0, key, handle_).secret;
  for (const std::string& dummy :
       {secret, std::string(1, '\0') + std::string(handle_.view()),
        std::string(handle_.view()), std::string(1, '\0')}) {
    if (is(kDummyForm, HashToGroup(name, dummy))) {
      return Explanation{&kDummyForm};
    }
  }
  if (value.empty()) return std::nullopt;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const std::string_view other = KindName(static_cast<Kind>(kind));
    if (is(kTagKind, HashToGroup(other, value))) {
      return Explanation{&kTagKind, std::string(other)};
    }
  }
  const std::string tag(kTag);
  for (const std::string& other :
       {tag, tag.substr(0, tag.size() - 1), tag + "home"}) {
    if (is(kTagKind, HashWithTag(other, value))) return Explanation{&kTagKind};
  }
  for (const std::string& other :
       {"GARDEROBE-V2" + tag.substr(12) + name, tag.substr(0, 49) + name,
        tag.substr(13) + name, name, "GARDEROBE-V1-" + name,
        "ristretto255_XMD:SHA-512_R255MAP_RO_" + std::string()}) {
    if (is(kTagOther, HashWithTag(other, value))) {
      return Explanation{&kTagOther};
    }
  }
  for (const std::string& hashed :
       {value, name + value, name + ":" + value, tag + name + value}) {
    if (is(kHashOther, HashBySha512(hashed)) ||
        is(kHashOther, HashByBlake(hashed))) {
      return Explanation{&kHashOther};
    }
  }
  return std::nullopt;
}

// Not what was encrypted, but to whom.
std::optional<Explanation> TokenSearch::ByOpening(Try& attempt) {
  const TokenPoints& token = attempt.token;
  const std::string value(Value(attempt.kind()));
  if (value.empty()) return std::nullopt;
  const Element right = HashToGroup(attempt.name(), value);
  const auto opens = [&](const DecryptionScalar& key) {
    Element opened;
    return Decrypt(key, token.point_a, token.point_b, &opened) &&
           opened == right;
  };
  if (attempt.Takes(&kEncryptedTo)) {
    if (token.point_b == right) {
      return Explanation{&kEncryptedTo, "it is not encrypted at all"};
    }
    const auto& others = HasSlot(attempt.kind())
                             ? keys_.OthersOfKind(attempt.kind())
                             : keys_.OthersOfHome();
    for (const PartyKeys::Other& other : others) {
      if (opens(other.key)) return Explanation{&kEncryptedTo, other.to};
    }
  }
  if (!attempt.Takes(&kEncryptedKind)) return std::nullopt;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (HasSlot(kind) && kind != attempt.kind() && opens(keys_.OfKind(kind))) {
      return Explanation{&kEncryptedKind,
                         std::string(KindName(static_cast<Kind>(kind)))};
    }
  }
  if (HasSlot(attempt.kind()) && opens(keys_.OfHome())) {
    return Explanation{&kEncryptedKind, "home"};
  }
  return std::nullopt;
}

std::optional<Explanation> TokenSearch::Explain(const TokenPoints& token,
                                                const Rules* only) {
  MakeVariants();
  Try attempt{token, only};
  using Search = std::optional<Explanation> (TokenSearch::*)(Try&);
  for (const Search search : {&TokenSearch::ByFields, &TokenSearch::ByCondition,
                              &TokenSearch::ByKey, &TokenSearch::ByElement,
                              &TokenSearch::ByOpening, &TokenSearch::ByBoth}) {
    if (auto found = (this->*search)(attempt)) return found;
  }
  return std::nullopt;
}

std::vector<const Rule*> TokenRules() {
  return {&kTokenDummy,    &kDummyForm, &kSlotOther,    &kSlotValue,
          &kTagKind,       &kTagOther,  &kHashOther,    &kEncryptedTo,
          &kEncryptedKind, &kHomeEmpty, &kKindCondition};
}

}  // namespace garderobe::client::conformance
