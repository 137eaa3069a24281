#include "client/tables/text_decoder.h"

#include <unicode/unistr.h>

namespace garderobe::client {
namespace {

constexpr std::string_view kUtf16Little = "\xff\xfe", kUtf16Big = "\xfe\xff";
constexpr uint32_t kByteOrderMark = 0xfeff, kReplacement = 0xfffd;

void AppendUtf8(uint32_t c, std::string* text) {
  const auto put = [&](uint32_t byte) {
    text->push_back(static_cast<char>(byte));
  };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

// The characters of an encoding of one byte each, by ICU; none for kAuto.
std::vector<std::string> CharactersOf(Encoding encoding) {
  std::vector<std::string> characters;
  if (encoding == Encoding::kAuto) return characters;
  const char* const name =
      encoding == Encoding::kMacRoman ? "macintosh" : "windows-1252";
  for (int byte = 0; byte < 256; ++byte) {
    const char one = static_cast<char>(byte);
    icu::UnicodeString(&one, 1, name).toUTF8String(characters.emplace_back());
  }
  return characters;
}

}  // namespace

TextDecoder::TextDecoder(Encoding encoding)
    : characters_(CharactersOf(encoding)) {}

bool TextDecoder::LooksCoded(std::string_view head) {
  if (!characters_.empty()) return true;
  utf16_ = head.starts_with(kUtf16Big)      ? Utf16::kBig
           : head.starts_with(kUtf16Little) ? Utf16::kLittle
                                            : Utf16::kNo;
  return is_on();
}

void TextDecoder::Decode(std::string_view bytes, std::string* text) {
  if (characters_.empty()) return DecodeUtf16(bytes, text);
  for (char c : bytes) *text += characters_[static_cast<uint8_t>(c)];
}

void TextDecoder::DecodeUtf16(std::string_view bytes, std::string* text) {
  for (char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (!half_) {
      half_ = byte;
      continue;
    }
    const uint32_t unit = utf16_ == Utf16::kBig ? uint32_t{*half_} << 8 | byte
                                                : uint32_t{byte} << 8 | *half_;
    half_.reset();
    if (unit == kByteOrderMark) continue;
    const bool low = unit >= 0xdc00 && unit < 0xe000;
    if (surrogate_ != 0 && low) {
      AppendUtf8(0x10000 + ((surrogate_ - 0xd800) << 10) + (unit - 0xdc00),
                 text);
      surrogate_ = 0;
      continue;
    }
    if (surrogate_ != 0) AppendUtf8(kReplacement, text);
    surrogate_ = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
    if (surrogate_ == 0) AppendUtf8(low ? kReplacement : unit, text);
  }
}

}  // namespace garderobe::client
