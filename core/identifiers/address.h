// The normal form of an address (data.md): `NL:1234AB:12:A` in the
// Netherlands, `BE:9000:korenmarkt:12:3` in Belgium.
#ifndef GARDEROBE_CORE_IDENTIFIERS_ADDRESS_H_
#define GARDEROBE_CORE_IDENTIFIERS_ADDRESS_H_

#include <string>
#include <string_view>

#include "core/identifiers/country.h"
#include "core/identifiers/identifier.h"

namespace garderobe {

struct RawAddress {
  std::string_view country;  // name or code; empty is the Netherlands
  std::string_view postcode;
  std::string_view street;        // may be the whole line: "Damrak 12 bis"
  std::string_view house_number;  // may carry the addition: "12 bis", "12-A"
  std::string_view addition;      // letter and addition, or box
};

// As far as it could be read. A part that is there is in normal form. What is
// refused as a placeholder (HOUSE_NUMBER_DUMMY, ADDRESS_PLACEHOLDER) has no
// parts: whoever filled it in to get on may have made up any of them.
struct Address {
  const Country* country = nullptr;
  std::string postcode;
  std::string street;       // folded; empty when not given
  int house_number = 0;     // 0: not read
  std::string value;        // of the whole; empty when refused
  std::string_view reason;  // why there is no whole
  bool is_placeholder = false;
  Normalised identifier() const { return {Kind::kAddress, value, reason}; }
};

// Reasons: COUNTRY_NOT_SUPPORTED, POSTCODE_MALFORMED, STREET_MISSING (where a
// country needs one), HOUSE_NUMBER_MALFORMED, HOUSE_NUMBER_DUMMY (0 and
// 99999), ADDRESS_PLACEHOLDER (such as 1234AB 1).
Address ReadAddress(const RawAddress& raw);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_ADDRESS_H_
