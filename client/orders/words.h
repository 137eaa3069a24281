// The closed lists of words in an export, in the languages of box offices.
#ifndef GARDEROBE_CLIENT_ORDERS_WORDS_H_
#define GARDEROBE_CLIENT_ORDERS_WORDS_H_

#include <optional>
#include <string>
#include <string_view>

namespace garderobe::client {

enum class WordList : uint8_t { kStatus, kChannel, kGenre };

// In small letters, without blanks, dots, dashes and underscores: how words
// and headers are compared.
std::string PlainWord(std::string_view text);

// The code of a word (core/catalogue/codes.h): the list's own, or one of the
// usual ones, Dutch, English, French and German. Nothing when none knows it.
std::optional<uint8_t> CodeOfWord(WordList list, std::string_view word);

// Whether `word` is one of the list's own.
bool IsWordOf(WordList list, std::string_view word);
// "sold, cancelled, ..."
std::string AllWordsOf(WordList list);

// Whether the visitor agrees: yes, ja, true, 1 and the like; empty is yes.
std::optional<bool> ParseShare(std::string_view value);

// Without blanks and control characters at both ends. Bytes, of any encoding.
std::string_view TrimField(std::string_view text);

// UTF-8 of a field: as it is when it is UTF-8, otherwise read as Windows-1252.
std::string ToUtf8(std::string_view field);
// UTF-8 to be shown: without what steers a terminal or the direction of
// writing, and cut after `most` bytes, at a character.
std::string Printable(std::string_view utf8, size_t most);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_WORDS_H_
