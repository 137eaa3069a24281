// Names, folded so that spellings of one name are equal (data.md, Folding).
#ifndef GARDEROBE_CORE_IDENTIFIERS_NAME_H_
#define GARDEROBE_CORE_IDENTIFIERS_NAME_H_

#include <string>
#include <string_view>

namespace garderobe {

struct FoldedName {
  std::string value;        // a to z; empty when refused
  std::string_view reason;  // UPPER_SNAKE_CASE, empty when fine
  bool ok() const { return reason.empty(); }
};

// ASCII, lower case, Dutch and French particles (van, de, der, ten, ...) and
// everything but letters dropped, `ij` is `y`, `ck` is `k`, doubled letters
// are one. A name that is nothing but particles keeps them.
// Reasons: NAME_UNREADABLE, NAME_PLACEHOLDER (onbekend, nvt, test, ...).
FoldedName FoldSurname(std::string_view raw);

// As FoldSurname, without dropping particles; of "Jan Pieter" only the first
// word counts, of "J.P." the first letter.
FoldedName FoldFirstName(std::string_view raw);

// What stays of a folded name when it is heard or written carelessly: its
// first letter, then consonants, those that sound alike as one. At most `most`
// letters.
std::string NameSkeleton(std::string_view folded, size_t most);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_NAME_H_
