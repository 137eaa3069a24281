#include "client/orders/price.h"

#include <algorithm>
#include <cstdint>

#include "client/orders/file_words.h"
#include "client/orders/words.h"
#include "core/identifiers/text.h"

namespace garderobe::client {

namespace {

// "1 234,50" without the blanks that part thousands.
std::string WithoutGroupBlanks(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](size_t at) {
      return at < text.size() && text[at] >= '0' && text[at] <= '9';
    };
    const bool parts = text[i] == ' ' && i > 0 && digit(i - 1) &&
                       digit(i + 1) && digit(i + 2) && digit(i + 3) &&
                       !digit(i + 4);
    if (!parts) plain.push_back(text[i]);
  }
  return plain;
}

std::optional<int64_t> ParseWritten(std::string_view text, DecimalSign sign);

}  // namespace

std::optional<int64_t> ParsePriceCents(std::string_view text,
                                       DecimalSign sign) {
  text = TrimField(text);
  const std::string plain = WithoutGroupBlanks(text);
  if (const auto cents = ParseWritten(plain, sign)) return cents;
  const auto& free = WordsOfFiles().zero_price;
  if (!text.empty() && (static_cast<uint8_t>(text[0]) | 0x20) > '9' &&
      free.contains(FoldToAscii(ToUtf8(text)))) {
    return 0;
  }
  return std::nullopt;
}

namespace {

std::optional<int64_t> ParseWritten(std::string_view text, DecimalSign sign) {
  for (std::string_view euro : {"€", "\x80", "EUR", "eur"}) {
    if (text.starts_with(euro)) text = TrimField(text.substr(euro.size()));
    if (text.ends_with(euro)) {
      text = TrimField(text.substr(0, text.size() - euro.size()));
    }
  }
  bool negative = false;
  if (text.starts_with('-')) {
    negative = true;
    text = TrimField(text.substr(1));
    // -€ 12,50
    for (std::string_view euro : {"€", "\x80"}) {
      if (text.starts_with(euro)) text = TrimField(text.substr(euro.size()));
    }
  } else if (text.starts_with('(') && text.ends_with(')')) {
    // As bookkeepers write what goes back.
    negative = true;
    text = TrimField(text.substr(1, text.size() - 2));
  }
  if (text.ends_with(",-") || text.ends_with(".-")) {
    text.remove_suffix(2);
  } else if (!negative && text.size() > 1 && text.ends_with('-')) {
    negative = true;
    text = TrimField(text.substr(0, text.size() - 1));
  }
  if (text.empty() || text.size() > 20) return std::nullopt;
  // The last separator is the decimal one, unless three digits follow it.
  const size_t last = text.find_last_of(".,");
  size_t decimals_at = text.npos;
  if (last != text.npos) {
    const size_t after = text.size() - last - 1;
    const bool only_one = text.find_first_of(".,") == last;
    const bool may_be_decimal =
        sign == DecimalSign::kEither ||
        text[last] == (sign == DecimalSign::kComma ? ',' : '.');
    const bool mixed =
        text.substr(0, last).find(text[last] == '.' ? ',' : '.') != text.npos;
    if (after <= 2 && after > 0 && (only_one || mixed)) {
      decimals_at = last;
    } else if (after == 3 && only_one && may_be_decimal) {
      return std::nullopt;  // "12,345" where the comma is decimal
    } else if (after != 3 || mixed) {
      return std::nullopt;
    }
  }
  int64_t whole = 0, cents = 0;
  size_t digits = 0, since_separator = 0;
  bool grouped = false;
  for (size_t i = 0; i < std::min(decimals_at, text.size()); ++i) {
    const char c = text[i];
    if (c == '.' || c == ',') {
      if ((grouped && since_separator != 3) || since_separator == 0 ||
          since_separator > 3) {
        return std::nullopt;
      }
      grouped = true;
      since_separator = 0;
      continue;
    }
    if (c < '0' || c > '9' || ++digits > 12) return std::nullopt;
    ++since_separator;
    whole = whole * 10 + (c - '0');
  }
  if (digits == 0 || (grouped && since_separator != 3)) return std::nullopt;
  if (decimals_at != text.npos) {
    const std::string_view fraction = text.substr(decimals_at + 1);
    for (char c : fraction) {
      if (c < '0' || c > '9') return std::nullopt;
      cents = cents * 10 + (c - '0');
    }
    if (fraction.size() == 1) cents *= 10;
  }
  const int64_t amount = whole * 100 + cents;
  return negative ? -amount : amount;
}

}  // namespace

}  // namespace garderobe::client
