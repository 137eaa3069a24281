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
  // A postcode in normal form; nothing when it is none. What follows it, such
  // as the place, is left out.
  std::optional<std::string> (*postcode)(std::string_view raw);
  // Letters and numbers behind a house number are an addition, not a box.
  bool dutch_house_numbers;
  // A postcode with a house number says no address without the street.
  bool needs_street;
};

// Returns the ISO 3166 alpha-2 code of a country's name, code or both ("NL -
// Nederland"); NL of nothing, ZZ of what says abroad, and nothing of a word
// that the list `countries` does not have, or of two countries.
std::string_view CountryCode(std::string_view name);

// By name or code, as CountryCode. Null: not supported.
const Country* FindCountry(std::string_view name);

// The same. A word that names no country at all is the Netherlands where the
// postcode is a Dutch one, which no other country has.
const Country* CountryOf(std::string_view name, std::string_view postcode);

std::span<const Country* const> AllCountries();

const Country& Netherlands();
const Country& Belgium();

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_COUNTRY_H_
