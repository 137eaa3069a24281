#include "core/identifiers/text.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/base/check.h"

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

// A transliterator is not thread-safe, and dear to make.
icu::Transliterator& Latin() {
  thread_local const std::unique_ptr<icu::Transliterator> transliterator = [] {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(
        icu::Transliterator::createInstance(
            "NFKD; Any-Latin; Latin-ASCII; Lower", UTRANS_FORWARD, error));
    GARDEROBE_CHECK(U_SUCCESS(error));
    return made;
  }();
  return *transliterator;
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

std::string FoldToAscii(std::string_view utf8) {
  if (IsAscii(utf8)) {
    std::string folded(utf8);
    LowerAscii(folded);
    return folded;
  }
  auto text = Decode(utf8);
  if (!text) return {};
  Latin().transliterate(*text);
  std::string folded;
  for (int32_t i = 0; i < text->length(); ++i) {
    const UChar c = text->charAt(i);
    if (c < 0x80) folded.push_back(static_cast<char>(c));
  }
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

std::string_view TrimBlanks(std::string_view text) {
  constexpr std::string_view kNoBreak = "\xc2\xa0";
  for (;;) {
    if (!text.empty() && static_cast<uint8_t>(text.front()) <= ' ') {
      text.remove_prefix(1);
    } else if (!text.empty() && static_cast<uint8_t>(text.back()) <= ' ') {
      text.remove_suffix(1);
    } else if (text.starts_with(kNoBreak)) {
      text.remove_prefix(kNoBreak.size());
    } else if (text.ends_with(kNoBreak)) {
      text.remove_suffix(kNoBreak.size());
    } else {
      return text;
    }
  }
}

}  // namespace garderobe
