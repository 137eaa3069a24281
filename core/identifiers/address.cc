#include "core/identifiers/address.h"

#include <optional>

#include "core/identifiers/house_number.h"
#include "core/identifiers/normalisation.h"
#include "core/identifiers/street_line.h"
#include "core/identifiers/text.h"

namespace garderobe {
Address ReadAddress(const RawAddress& raw) {
  Address address;
  address.country = CountryOf(raw.country, raw.postcode);
  if (address.country == nullptr) {
    address.reason = "COUNTRY_NOT_SUPPORTED";
    return address;
  }
  const Country& country = *address.country;
  const auto postcode = country.postcode(raw.postcode);
  if (postcode) address.postcode = *postcode;
  StreetLine line{CleanText(raw.street), CleanText(raw.house_number)};
  if (line.number.empty()) line = SplitStreetLine(line.street);
  address.street = FoldStreet(line.street);
  const HouseNumber number =
      ReadHouseNumber(line.number, raw.addition, country.dutch_house_numbers);
  if (number.ok()) address.house_number = number.number;
  if (!postcode) {
    address.reason = "POSTCODE_MALFORMED";
  } else if (!number.ok()) {
    address.reason = number.reason;
  } else if (country.needs_street && address.street.empty()) {
    address.reason = "STREET_MISSING";
  } else {
    address.value = std::string(country.code) + ":" + *postcode + ":";
    if (country.needs_street) address.value += address.street + ":";
    address.value += std::to_string(number.number);
    if (country.dutch_house_numbers) {
      address.value += ":" + number.letter + number.addition;
    } else {
      address.value += number.letter + ":" + number.box;
    }
    if (NormalisationRules().address_placeholders.contains(address.value)) {
      address.reason = "ADDRESS_PLACEHOLDER";
    }
  }
  address.is_placeholder = number.reason == "HOUSE_NUMBER_DUMMY" ||
                           address.reason == "ADDRESS_PLACEHOLDER";
  if (address.is_placeholder) {
    address.value.clear();
    address.postcode.clear();
    address.street.clear();
    address.house_number = 0;
  }
  return address;
}

}  // namespace garderobe
