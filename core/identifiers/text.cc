#include "core/identifiers/text.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/identifiers/normalisation.h"

namespace garderobe {
namespace {

void LowerAscii(std::string& text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
}

// Nothing when the bytes are not UTF-8.
std::optional<icu::UnicodeString> Decode(std::string_view utf8) {
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())));
  if (text.indexOf(static_cast<UChar>(0xfffd)) >= 0) return std::nullopt;
  return text;
}

bool IsNumeral(UChar32 c) {
  const auto category = u_charType(c);
  return category == U_OTHER_NUMBER || category == U_LETTER_NUMBER;
}

// NFKD; nothing when the bytes are not UTF-8.
std::optional<icu::UnicodeString> Decompose(std::string_view utf8) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfkd = icu::Normalizer2::getNFKDInstance(error);
  auto text = Decode(utf8);
  if (!text || U_FAILURE(error)) return std::nullopt;
  *text = nfkd->normalize(*text, error);
  if (U_FAILURE(error)) return std::nullopt;
  return text;
}

void AppendUtf8(UChar32 c, std::string* text) {
  char bytes[U8_MAX_LENGTH];
  int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, c);
  text->append(bytes, static_cast<size_t>(size));
}

}  // namespace

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

std::optional<std::string> FoldCompatible(std::string_view utf8) {
  if (IsAscii(utf8)) {
    std::string folded(utf8);
    LowerAscii(folded);
    return folded;
  }
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(error);
  auto text = Decode(utf8);
  if (!text || U_FAILURE(error)) return std::nullopt;
  *text = nfkc->normalize(*text, error);
  if (U_FAILURE(error)) return std::nullopt;
  text->toLower(icu::Locale::getRoot());
  std::string folded;
  text->toUTF8String(folded);
  return folded;
}

std::optional<std::string> FoldLetters(std::string_view utf8) {
  if (IsAscii(utf8)) {
    std::string folded(utf8);
    LowerAscii(folded);
    return folded;
  }
  const auto text = Decompose(utf8);
  if (!text) return std::nullopt;
  const auto& table = NormalisationRules().transliteration;
  constexpr UChar32 kMinusSign = 0x2212;
  std::string folded;
  for (int32_t at = 0; at < text->length();) {
    const UChar32 c = text->char32At(at);
    at += U16_LENGTH(c);
    if (c < 0x80) {
      folded.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
      continue;
    }
    if (const auto found = table.find(static_cast<uint32_t>(c));
        found != table.end()) {
      folded += found->second;
      continue;
    }
    const auto category = u_charType(c);
    if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK ||
        u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) {
      continue;
    }
    if (category == U_DASH_PUNCTUATION || c == kMinusSign) {
      folded.push_back('-');
    } else if (u_isalnum(c) || category == U_COMBINING_SPACING_MARK) {
      AppendUtf8(u_tolower(c), &folded);
    } else {
      folded.push_back(' ');
    }
  }
  return folded;
}

std::string FoldToAscii(std::string_view utf8) {
  std::string folded = FoldLetters(utf8).value_or("");
  std::erase_if(folded, [](char c) { return static_cast<uint8_t>(c) >= 0x80; });
  return folded;
}

std::optional<std::string> SpellNumerals(std::string_view utf8) {
  if (IsAscii(utf8)) return std::string(utf8);
  if (utf8.size() > INT32_MAX) return std::nullopt;
  const auto size = static_cast<int32_t>(utf8.size());
  std::string spelled;
  UChar32 zero_before = 0;  // of the digit before; 0: there is none
  for (int32_t at = 0; at < size;) {
    const int32_t begin = at;
    UChar32 c;
    U8_NEXT(utf8.data(), at, size, c);
    if (c < 0) return std::nullopt;
    const std::string_view written = utf8.substr(
        static_cast<size_t>(begin), static_cast<size_t>(at - begin));
    if (u_charType(c) == U_DECIMAL_DIGIT_NUMBER) {
      const int32_t value = u_charDigitValue(c);
      // Those of another width or face are the same digits.
      const auto folded = FoldCompatible(written);
      const UChar32 zero =
          folded && IsAscii(*folded) ? UChar32{'0'} : c - value;
      if (zero_before != 0 && zero_before != zero) return std::nullopt;
      zero_before = zero;
      spelled.push_back(static_cast<char>('0' + value));
      continue;
    }
    zero_before = 0;
    if (!IsNumeral(c)) {
      spelled += written;
      continue;
    }
    const double value = u_getNumericValue(c);
    if (!(value >= 0 && value < 100) || value != std::floor(value)) {
      return std::nullopt;
    }
    spelled.push_back(kSetApart);
    spelled += std::to_string(static_cast<int>(value));
    spelled.push_back(' ');
  }
  return spelled;
}

bool HasNumeral(std::string_view utf8) {
  if (IsAscii(utf8) || utf8.size() > INT32_MAX) return false;
  const auto size = static_cast<int32_t>(utf8.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c;
    U8_NEXT(utf8.data(), at, size, c);
    if (c < 0) return false;
    if (IsNumeral(c)) return true;
  }
  return false;
}

std::string CleanText(std::string_view utf8) {
  const auto size = static_cast<int32_t>(
      std::min<size_t>(utf8.size(), std::numeric_limits<int32_t>::max()));
  std::string clean;
  for (int32_t at = 0; at < size;) {
    const int32_t begin = at;
    UChar32 c;
    U8_NEXT(utf8.data(), at, size, c);
    if (c >= 0x80 && u_isUWhiteSpace(c)) {
      clean.push_back(' ');
    } else if (c < 0x80 ||
               !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) {
      clean.append(utf8, static_cast<size_t>(begin),
                   static_cast<size_t>(at - begin));
    }
  }
  return std::string(TrimBlanks(clean));
}

std::string_view TrimBlanks(std::string_view text) {
  const auto blank = [](char c) { return static_cast<uint8_t>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace garderobe
