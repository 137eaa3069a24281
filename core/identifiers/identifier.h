// Kinds of identifiers, and what became of one raw value.
#ifndef GARDEROBE_CORE_IDENTIFIERS_IDENTIFIER_H_
#define GARDEROBE_CORE_IDENTIFIERS_IDENTIFIER_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace garderobe {

// Numbers are on the wire and on disk: never change, only add.
//
// The first seven are identifiers. The others are match keys: what is left of
// two or three fields when one of them is spelled wrongly, or a check whether
// somebody else shares an e-mail or a telephone. Each is a combination that
// few people of a country share (docs/identifiers.md).
enum class Kind : uint8_t {
  kEmail = 0,
  kMobile = 1,
  kLandline = 2,
  kAddress = 3,
  kNameBirthdate = 4,
  kNameAddress = 5,
  kPass = 6,
  kEmailInitial = 7,
  kEmailBirthyear = 8,
  kEmailLocal = 9,
  kMobileInitial = 10,
  kBirthdatePostcode = 11,
  kNamesBirthdate = 12,
  kSurnameBirthdate = 13,
  kBirthdateStreet = 14,
  kInitialsAddress = 15,
  kNamesStreet = 16,
  kBirthdateCity = 17,
  kNamesArea = 18,
  kEmailNames = 19,
  kNamesAddress = 20,
  kEmailFirst = 21,
  kMobileFirst = 22,
};
inline constexpr size_t kKindCount = 23;
inline constexpr size_t kIdentifierKindCount = 7;
// The set of all kinds, as a bit each.
inline constexpr uint32_t kAllKinds = (uint32_t{1} << kKindCount) - 1;

// The kind's name in protocol.md, 1.
constexpr std::string_view KindName(Kind kind) {
  constexpr std::array<std::string_view, kKindCount> kNames = {
      "email",
      "mobile",
      "landline",
      "address",
      "name_birthdate",
      "name_address",
      "pass",
      "email_initial",
      "email_birthyear",
      "email_local",
      "mobile_initial",
      "birthdate_postcode",
      "names_birthdate",
      "surname_birthdate",
      "birthdate_street",
      "initials_address",
      "names_street",
      "birthdate_city",
      "names_area",
      "email_names",
      "names_address",
      "email_first",
      "mobile_first"};
  return kNames[static_cast<size_t>(kind)];
}

// A kind says who: one person, or one household (data.md). Of those that say
// a household only the aggregator learns anything, and of a landline nobody:
// they have no slot towards the vault (protocol.md, 3).
constexpr bool SaysPerson(Kind kind) {
  return kind != Kind::kLandline && kind != Kind::kAddress;
}
constexpr bool HasSlot(size_t kind) {
  return SaysPerson(static_cast<Kind>(kind));
}
// The set of kinds with a slot.
inline constexpr uint32_t kSlotKinds = [] {
  uint32_t kinds = 0;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (HasSlot(kind)) kinds |= uint32_t{1} << kind;
  }
  return kinds;
}();

// A raw value's normal form, or why it is no identifier.
struct Normalised {
  Kind kind = Kind::kEmail;
  std::string value;        // empty when refused
  std::string_view reason;  // UPPER_SNAKE_CASE, empty when fine

  bool ok() const { return reason.empty(); }
  static Normalised Refused(std::string_view reason) {
    return {Kind::kEmail, "", reason};
  }
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_IDENTIFIER_H_
