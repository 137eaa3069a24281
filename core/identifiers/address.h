// The normal form of an address (data.md). The Netherlands:
// `NL:1234AB:12:A`. Adding a country is one file.
#ifndef GARDEROBE_CORE_IDENTIFIERS_ADDRESS_H_
#define GARDEROBE_CORE_IDENTIFIERS_ADDRESS_H_

#include <optional>

#include "core/identifiers/identifier.h"

namespace garderobe {

struct RawAddress {
  std::string_view country;  // name or code; empty is the Netherlands
  std::string_view postcode;
  std::string_view house_number;  // may carry the addition: "12 bis", "12-A"
  std::string_view addition;      // letter and addition
};

// ISO 3166 alpha-2 of a country as people write it; empty when unknown.
std::string_view CountryCode(std::string_view country);

// A Dutch postcode without space, "1234AB"; nothing when it is none.
std::optional<std::string> NormalisePostcodeNl(std::string_view raw);

// Reasons: POSTCODE_MALFORMED, HOUSE_NUMBER_MALFORMED, HOUSE_NUMBER_DUMMY
// (0 and 99999), COUNTRY_NOT_SUPPORTED.
Normalised NormaliseAddress(const RawAddress& raw);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_ADDRESS_H_
