// Everything of one customer that can be linked on: identifiers in normal form
// and the match keys of version 2 that are derived from them
// (docs/identifiers.md).
#ifndef GARDEROBE_CORE_IDENTIFIERS_MATCH_KEYS_H_
#define GARDEROBE_CORE_IDENTIFIERS_MATCH_KEYS_H_

#include <array>
#include <string>

#include "core/identifiers/address.h"
#include "core/identifiers/birth_date.h"
#include "core/identifiers/identifier.h"
#include "core/identifiers/name.h"

namespace garderobe {

// Grows when a key is made otherwise than before: what is delivered after that
// does not agree with what was delivered before.
inline constexpr int kMatchKeysVersion = 2;

// By kind; empty: not there.
using Identifiers = std::array<std::string, kKindCount>;

// What was read of one customer; a part that was not given, or refused, is
// left empty.
struct PersonFields {
  std::string email, mobile, landline, pass;  // normal forms
  // What was meant to be an e-mail address and is none, as it was given: its
  // letters and digits still say something. Only while `email` is empty.
  std::string email_malformed;
  std::string first_name, surname;  // folded
  std::string birth_date;           // YYYYMMDD
  Address address;
  std::string city;  // folded as a street; used where there is no postcode
};

Identifiers DeriveIdentifiers(const PersonFields& fields);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_MATCH_KEYS_H_
