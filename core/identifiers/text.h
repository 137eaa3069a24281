// Unicode folding that all identifiers share, by ICU.
#ifndef GARDEROBE_CORE_IDENTIFIERS_TEXT_H_
#define GARDEROBE_CORE_IDENTIFIERS_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

namespace garderobe {

bool IsAscii(std::string_view text);

// NFKC and lower case; nothing when the bytes are not UTF-8.
std::optional<std::string> FoldCompatible(std::string_view utf8);

// NFKD, marks dropped, letters without a decomposition spelled out (oe for ø
// is o, ß is ss), lower case; other scripts transliterated. Only ASCII comes
// out, and what has no ASCII form is dropped. Empty for bytes that are not
// UTF-8.
std::string FoldToAscii(std::string_view utf8);

// Without blanks, control characters and no-break spaces at both ends.
std::string_view TrimBlanks(std::string_view text);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_TEXT_H_
