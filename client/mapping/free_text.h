// Takes apart what an export writes in one column: a name, an address.
#ifndef GARDEROBE_CLIENT_MAPPING_FREE_TEXT_H_
#define GARDEROBE_CLIENT_MAPPING_FREE_TEXT_H_

#include <string>
#include <string_view>

namespace garderobe::client {

struct NameParts {
  std::string first, last;
};
// UTF-8. "Piet van Jansen", "Jansen, Piet van", "Dhr. P. Jansen". One word is
// a last name.
NameParts SplitFullName(std::string_view name);

struct AddressParts {
  std::string street;  // with its number
  std::string postcode, city, country;
};
// UTF-8. "Korenmarkt 12 bus 3, 9000 Gent", "Damrak 12 A 1012 LG Amsterdam",
// "1012LG Amsterdam, Damrak 12". What can't be told apart is the street.
AddressParts SplitAddressLine(std::string_view line);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_MAPPING_FREE_TEXT_H_
