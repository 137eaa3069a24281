// Unicode folding that all identifiers share, by ICU.
#ifndef GARDEROBE_CORE_IDENTIFIERS_TEXT_H_
#define GARDEROBE_CORE_IDENTIFIERS_TEXT_H_

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace garderobe {

bool IsAscii(std::string_view text);

// Whether it is one of ASCII, whatever the locale says.
constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLowerLetter(char c) { return c >= 'a' && c <= 'z'; }

template <size_t N>
bool IsOneOf(const std::string_view (&list)[N], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

// NFKC and lower case; nothing when the bytes are not UTF-8.
std::optional<std::string> FoldCompatible(std::string_view utf8);

// NFKD, marks and invisible characters dropped, lower case; letters of the
// table `transliteration` as it spells them (ø is o, ß is ss, ж is zh). Other
// letters and digits stay; a dash is '-', and any other sign beyond ASCII a
// blank. Returns nullopt for bytes that are not UTF-8.
std::optional<std::string> FoldLetters(std::string_view utf8);

// The same, and then without what is not ASCII. Empty for bytes that are not
// UTF-8.
std::string FoldToAscii(std::string_view utf8);

// The text without characters that nobody sees (soft hyphens, zero-width
// blanks, byte-order marks), with a blank for every blank of Unicode, and
// without blanks at both ends. Bytes that are not UTF-8 stay.
std::string CleanText(std::string_view utf8);

// Stands before a numeral in SpellNumerals.
inline constexpr char kSetApart = '\x1f';

// Returns the text with digits of any script and width as 0 to 9. A numeral
// that is no digit (², ②, Ⅻ) is written as its value, with kSetApart before it
// and a blank behind it: by compatible folding it would join the digits beside
// it, and 12² be 122. Returns nullopt for bytes that are not UTF-8, for a
// numeral without a whole value from 0 to 99, such as ½, and for digits of two
// scripts side by side.
std::optional<std::string> SpellNumerals(std::string_view utf8);

// Whether there is a numeral that is no digit, such as ², ½, ② or Ⅻ. False for
// bytes that are not UTF-8.
bool HasNumeral(std::string_view utf8);

// Without the blanks and control characters of ASCII at both ends.
std::string_view TrimBlanks(std::string_view text);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_TEXT_H_
