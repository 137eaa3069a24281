#include "client/orders/words.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <span>

#include "core/catalogue/codes.h"

namespace garderobe::client {
namespace {

struct Word {
  std::string_view written;  // as PlainWord
  std::string_view code;
};
constexpr Word kChannelWords[] = {{"online", "web"},
                                  {"website", "web"},
                                  {"www", "web"},
                                  {"shop", "web"},
                                  {"webshop", "web"},
                                  {"internet", "web"},
                                  {"kassa", "box_office"},
                                  {"balie", "box_office"},
                                  {"boxoffice", "box_office"},
                                  {"onthaal", "box_office"},
                                  {"telefoon", "phone"},
                                  {"telefonisch", "phone"},
                                  {"partner", "partner"},
                                  {"reseller", "partner"},
                                  {"pas", "pass"}};
constexpr Word kStatusWords[] = {{"verkocht", "sold"},
                                 {"betaald", "sold"},
                                 {"paid", "sold"},
                                 {"bezahlt", "sold"},
                                 {"voldaan", "sold"},
                                 {"valid", "sold"},
                                 {"geldig", "sold"},
                                 {"paye", "sold"},
                                 {"completed", "sold"},
                                 {"geannuleerd", "cancelled"},
                                 {"canceled", "cancelled"},
                                 {"storniert", "cancelled"},
                                 {"annule", "cancelled"},
                                 {"terugbetaald", "refunded"},
                                 {"gerestitueerd", "refunded"},
                                 {"erstattet", "refunded"},
                                 {"gescand", "attended"},
                                 {"bezocht", "attended"},
                                 {"scanned", "attended"},
                                 {"checkedin", "attended"},
                                 {"nietverschenen", "no_show"},
                                 {"noshow", "no_show"}};
constexpr Word kGenreWords[] = {{"theater", "theatre"},
                                {"toneel", "theatre"},
                                {"dans", "dance"},
                                {"ballet", "dance"},
                                {"klassiek", "classical"},
                                {"klassiekemuziek", "classical"},
                                {"popmuziek", "pop"},
                                {"jeugd", "youth"},
                                {"familie", "youth"},
                                {"wereldmuziek", "world"},
                                {"tentoonstelling", "exhibition"},
                                {"expo", "exhibition"},
                                {"literatuur", "literature"},
                                {"educatie", "education"},
                                {"erfgoed", "heritage"}};

struct List {
  std::span<const std::string_view> codes;
  std::span<const Word> words;
};
List Of(WordList list) {
  switch (list) {
    case WordList::kStatus:
      return {kStatuses, kStatusWords};
    case WordList::kChannel:
      return {kChannels, kChannelWords};
    case WordList::kGenre:
      return {kGenres, kGenreWords};
  }
  return {};
}

}  // namespace

std::string PlainWord(std::string_view text) {
  std::string plain;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (c != ' ' && c != '_' && c != '-' && c != '.' && c != '\t' &&
        c != '\r' && c != '\n') {
      plain += c;
    }
  }
  return plain;
}

std::optional<uint8_t> CodeOfWord(WordList which, std::string_view word) {
  const List list = Of(which);
  // Almost always the code itself, as it is.
  if (const auto code = CodeOf(list.codes, word)) return code;
  const std::string plain = PlainWord(word);
  for (const std::string_view code : list.codes) {
    if (PlainWord(code) == plain) return CodeOf(list.codes, code);
  }
  for (const Word& known : list.words) {
    if (known.written == plain) return CodeOf(list.codes, known.code);
  }
  return std::nullopt;
}

bool IsWordOf(WordList list, std::string_view word) {
  return CodeOf(Of(list).codes, word).has_value();
}

std::string AllWordsOf(WordList list) {
  std::string all;
  for (std::string_view word : Of(list).codes) {
    all += (all.empty() ? "" : ", ") + std::string(word);
  }
  return all;
}

std::optional<bool> ParseShare(std::string_view value) {
  if (value.empty() || value == "yes") return true;
  if (value == "no") return false;
  constexpr std::string_view kYes[] = {"yes",  "ja",   "true",   "1",  "j",
                                       "y",    "waar", "aan",    "on", "oui",
                                       "vrai", "wahr", "jagraag"};
  constexpr std::string_view kNo[] = {"no",   "nee",    "neen",  "false", "0",
                                      "n",    "onwaar", "uit",   "off",   "non",
                                      "faux", "nein",   "falsch"};
  std::string plain = PlainWord(value);
  std::erase(plain, ',');
  const auto is_one_of = [&](auto& list) {
    return std::find(std::begin(list), std::end(list), plain) != std::end(list);
  };
  if (is_one_of(kYes)) return true;
  if (is_one_of(kNo)) return false;
  return std::nullopt;
}

std::string_view TrimField(std::string_view text) {
  while (!text.empty() && static_cast<uint8_t>(text.front()) <= ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && static_cast<uint8_t>(text.back()) <= ' ') {
    text.remove_suffix(1);
  }
  return text;
}

std::string ToUtf8(std::string_view field) {
  int32_t at = 0;
  const auto size = static_cast<int32_t>(field.size());
  bool valid = true;
  while (valid && at < size) {
    UChar32 c;
    U8_NEXT(field.data(), at, size, c);
    valid = c >= 0;
  }
  if (valid) return std::string(field);
  const icu::UnicodeString text(field.data(), size, "windows-1252");
  std::string utf8;
  text.toUTF8String(utf8);
  return utf8;
}

std::string Printable(std::string_view utf8, size_t most) {
  std::string shown;
  int32_t at = 0;
  const auto size = static_cast<int32_t>(utf8.size());
  while (at < size) {
    const int32_t begin = at;
    UChar32 c;
    U8_NEXT(utf8.data(), at, size, c);
    const auto bytes = static_cast<size_t>(at - begin);
    if (shown.size() + bytes > most) return shown + "...";
    const bool steers = c < 0 || u_iscntrl(c) || u_isISOControl(c) ||
                        u_charType(c) == U_FORMAT_CHAR;
    if (steers) {
      shown += '?';
    } else {
      shown.append(utf8.substr(static_cast<size_t>(begin), bytes));
    }
  }
  return shown;
}

}  // namespace garderobe::client
