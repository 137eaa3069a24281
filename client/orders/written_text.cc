#include "client/orders/written_text.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/base/integer.h"

namespace garderobe::client {
namespace {

// What Windows-1252 has at 0x80 to 0x9f; 0 for what it does not use.
constexpr std::array<UChar32, 32> kWindows = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
    0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

// HTML's names of U+00A0 to U+00FF, in order.
constexpr std::string_view kLatin1[] = {
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar",
    "sect",   "uml",    "copy",   "ordf",   "laquo",  "not",    "shy",
    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",   "acute",
    "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",
    "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",
    "Atilde", "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute",
    "Ecirc",  "Euml",   "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",
    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",   "times",
    "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",
    "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",
    "aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave",
    "iacute", "icirc",  "iuml",   "eth",    "ntilde", "ograve", "oacute",
    "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave", "uacute",
    "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};
static_assert(std::size(kLatin1) == 96);

struct Entity {
  std::string_view name;
  UChar32 character;
};
constexpr Entity kEntities[] = {
    {"amp", '&'},      {"lt", '<'},       {"gt", '>'},       {"quot", '"'},
    {"apos", '\''},    {"ndash", 0x2013}, {"mdash", 0x2014}, {"lsquo", 0x2018},
    {"rsquo", 0x2019}, {"ldquo", 0x201c}, {"rdquo", 0x201d}, {"hellip", 0x2026},
    {"euro", 0x20ac},  {"bull", 0x2022},  {"oelig", 0x153},  {"OElig", 0x152},
    {"scaron", 0x161}, {"Scaron", 0x160}};

// 0: no entity.
UChar32 CharacterOf(std::string_view name) {
  if (name.starts_with('#')) {
    name.remove_prefix(1);
    const bool hex = name.starts_with('x') || name.starts_with('X');
    if (hex) name.remove_prefix(1);
    UChar32 c = 0;
    for (char digit : name) {
      const int value = u_digit(digit, hex ? 16 : 10);
      if (value < 0 || c > 0x10ffff) return 0;
      c = c * (hex ? 16 : 10) + value;
    }
    const bool valid = !name.empty() && c >= 0x20 && c <= 0x10ffff &&
                       !(c >= 0xd800 && c < 0xe000);
    return valid ? c : 0;
  }
  for (const Entity& entity : kEntities) {
    if (entity.name == name) return entity.character;
  }
  const auto* const found =
      std::find(std::begin(kLatin1), std::end(kLatin1), name);
  return found == std::end(kLatin1)
             ? 0
             : 0xa0 + static_cast<UChar32>(found - std::begin(kLatin1));
}

void Append(UChar32 c, std::string* text) {
  char bytes[U8_MAX_LENGTH];
  int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, c);
  text->append(bytes, static_cast<size_t>(size));
}

bool IsUtf8(std::string_view text) {
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c;
    U8_NEXT(text.data(), at, size, c);
    if (c < 0) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> UndoMisreading(std::string_view text) {
  // Bytes that begin a character of UTF-8 come out as Â, Ã or â mostly.
  if (text.find("\xc3\x82") == text.npos &&
      text.find("\xc3\x83") == text.npos &&
      text.find("\xc3\x85") == text.npos &&
      text.find("\xc3\xa2") == text.npos) {
    return std::nullopt;
  }
  const auto size = static_cast<int32_t>(text.size());
  std::string bytes;
  bool beyond = false;
  for (int32_t at = 0; at < size;) {
    UChar32 c;
    U8_NEXT(text.data(), at, size, c);
    if (c < 0) return std::nullopt;
    if (c >= 0x100) {
      const auto* const found = std::find(kWindows.begin(), kWindows.end(), c);
      if (found == kWindows.end()) return std::nullopt;
      c = 0x80 + static_cast<UChar32>(found - kWindows.begin());
    }
    beyond |= c >= 0x80;
    bytes.push_back(static_cast<char>(c));
  }
  if (!beyond || !IsUtf8(bytes)) return std::nullopt;
  return bytes;
}

std::string DecodeEntities(std::string_view text) {
  constexpr size_t kNameBytesMax = 10;
  std::string plain;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text[at] == '&' ? text.find(';', at) : text.npos;
    const UChar32 c = end == text.npos || end - at > kNameBytesMax
                          ? 0
                          : CharacterOf(text.substr(at + 1, end - at - 1));
    if (c == 0) {
      plain.push_back(text[at++]);
    } else {
      Append(c, &plain);
      at = end + 1;
    }
  }
  return plain;
}

bool HasStrangeSigns(std::string_view name) {
  constexpr std::string_view kSigns = " '-.,()&/`´’\"+";
  const auto size = static_cast<int32_t>(name.size());
  bool after_small = false;
  for (int32_t at = 0; at < size;) {
    UChar32 c;
    U8_NEXT(name.data(), at, size, c);
    if (c < 0) return true;
    if (c < 0x80) {
      if (!u_isalpha(c) &&
          kSigns.find(static_cast<char>(c)) == std::string_view::npos) {
        return true;
      }
    } else if (!u_isalpha(c) && c != 0x2019 && c != 0x00b4 && c != 0x2018 &&
               u_charType(c) != U_NON_SPACING_MARK &&
               u_charType(c) != U_COMBINING_SPACING_MARK &&
               u_charType(c) != U_SPACE_SEPARATOR) {
      return true;
    } else if (after_small && u_isupper(c)) {
      return true;
    }
    after_small = u_islower(c);
  }
  return false;
}

}  // namespace garderobe::client
