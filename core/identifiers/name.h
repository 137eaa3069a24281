// Names, folded so that spellings of one name are equal (data.md, Folding).
#ifndef GARDEROBE_CORE_IDENTIFIERS_NAME_H_
#define GARDEROBE_CORE_IDENTIFIERS_NAME_H_

#include <string>
#include <string_view>

namespace garderobe {

struct FoldedName {
  std::string value;        // letters, lower case; empty when refused
  std::string_view reason;  // UPPER_SNAKE_CASE, empty when fine
  bool ok() const { return reason.empty(); }
};

// As FoldLetters; titles before it (dhr, mevr, prof), what stands in brackets,
// particles (van, de, der, ten, ...) and everything but letters dropped, `ij`
// is `y`, `ck` is `k`, doubled letters are one. A name that is nothing but
// particles, or but titles, keeps them. Reasons: NAME_UNREADABLE,
// NAME_PLACEHOLDER (onbekend, nvt, test, ...).
FoldedName FoldSurname(std::string_view raw);

// As FoldSurname, without dropping particles; of "Jan Pieter" only the first
// word counts, of "J.P." the first letter. A title alone is no first name.
FoldedName FoldFirstName(std::string_view raw);

// The first letter of a folded name, which may take several bytes.
std::string FirstLetter(std::string_view folded);

// What stays of a folded name when it is heard or written carelessly: its
// first letter, then consonants, those that sound alike as one. At most `most`
// letters.
std::string NameSkeleton(std::string_view folded, size_t most);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_NAME_H_
