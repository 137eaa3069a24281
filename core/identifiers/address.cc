#include "core/identifiers/address.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "core/identifiers/house_number.h"
#include "core/identifiers/text.h"

namespace garderobe {
namespace {

// What forms show as an example, and clerks type to get on.
constexpr std::string_view kAddressPlaceholders[] = {
    "NL:1234AB:1:", "NL:1111AA:1:", "NL:9999ZZ:1:", "NL:1000AA:1:"};

}  // namespace

Address ReadAddress(const RawAddress& raw) {
  Address address;
  address.country = FindCountry(raw.country);
  if (address.country == nullptr) {
    address.reason = "COUNTRY_NOT_SUPPORTED";
    return address;
  }
  const Country& country = *address.country;
  const auto postcode = country.postcode(raw.postcode);
  if (postcode) address.postcode = *postcode;
  StreetLine line{std::string(TrimBlanks(raw.street)),
                  std::string(TrimBlanks(raw.house_number))};
  if (line.number.empty()) line = SplitStreetLine(raw.street);
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
    if (std::find(std::begin(kAddressPlaceholders),
                  std::end(kAddressPlaceholders),
                  address.value) != std::end(kAddressPlaceholders)) {
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
