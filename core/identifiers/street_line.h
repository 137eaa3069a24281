// A street's name apart from the house number behind it.
#ifndef GARDEROBE_CORE_IDENTIFIERS_STREET_LINE_H_
#define GARDEROBE_CORE_IDENTIFIERS_STREET_LINE_H_

#include <string>
#include <string_view>

namespace garderobe {

// A line such as "Damrak 12 bis" or "12, Rue Neuve".
struct StreetLine {
  std::string street;
  std::string number;  // with what follows it; empty when there is none
};

// No number for a post-office box or a reply number. An ordinal, a year and a
// number with more of the name behind it belong to the street: "Rivium 2e
// Straat 59", "Plein 1944 12", "Laan 1940-1945 37", "3 Oktoberstraat 5". Of two
// numbers with nothing between them the second is the house when it is 10 or
// more ("Langeloerduinen 3 46"), and else an addition ("Damrak 12 3"). A
// postcode in the line ends it.
StreetLine SplitStreetLine(std::string_view line);

// A street's name, so that spellings of one are equal: ASCII letters and
// digits, lower case, usual abbreviations written out.
std::string FoldStreet(std::string_view raw);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_STREET_LINE_H_
