// Bytes of a text file as UTF-8, where they are something else.
#ifndef GARDEROBE_CLIENT_TABLES_TEXT_DECODER_H_
#define GARDEROBE_CLIENT_TABLES_TEXT_DECODER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace garderobe::client {

// How a text file's bytes are characters. kAuto: UTF-16 or UTF-8 by what the
// file holds, and a field that is no UTF-8 as Windows-1252.
enum class Encoding : uint8_t { kAuto, kWindows1252, kMacRoman };

// Keeps what a piece of the file ends with in the middle of a character. Not
// thread-safe.
class TextDecoder {
 public:
  explicit TextDecoder(Encoding encoding = Encoding::kAuto);

  // Whether the file that begins so needs decoding: by the encoding that was
  // told, or a byte-order mark of UTF-16.
  bool LooksCoded(std::string_view head);
  // What LooksCoded found.
  bool is_on() const { return utf16_ != Utf16::kNo || !characters_.empty(); }
  // Adds to `text` what `bytes` say, the next of the file. Half a character
  // that the other half never comes to is U+FFFD.
  void Decode(std::string_view bytes, std::string* text);

 private:
  enum class Utf16 : uint8_t { kNo, kLittle, kBig };
  void DecodeUtf16(std::string_view bytes, std::string* text);

  std::vector<std::string> characters_;  // by byte; empty for UTF-8 and UTF-16
  Utf16 utf16_ = Utf16::kNo;
  std::optional<uint8_t> half_;  // of a unit
  uint32_t surrogate_ = 0;       // the first half of a character
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_TEXT_DECODER_H_
