// What differs between countries. A further one is a file like country_nl.cc
// and its line in country.cc.
#ifndef GARDEROBE_CORE_IDENTIFIERS_COUNTRY_H_
#define GARDEROBE_CORE_IDENTIFIERS_COUNTRY_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace garderobe {

struct Country {
  std::string_view code;  // ISO 3166 alpha-2
  // As people write it, folded to ASCII letters, lower case.
  std::span<const std::string_view> names;
  // A postcode in normal form; nothing when it is none. What follows it, such
  // as the place, is left out.
  std::optional<std::string> (*postcode)(std::string_view raw);
  // Letters and numbers behind a house number are an addition, not a box.
  bool dutch_house_numbers;
  // A postcode with a house number says no address without the street.
  bool needs_street;
};

// By name or code; empty is the Netherlands. Null: not supported.
const Country* FindCountry(std::string_view name);
std::span<const Country* const> AllCountries();

const Country& Netherlands();
const Country& Belgium();

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_COUNTRY_H_
