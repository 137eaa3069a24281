#include "client/mapping/column_profile.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>

#include "client/mapping/free_text.h"
#include "client/mapping/header_plan.h"
#include "client/orders/dates.h"
#include "client/orders/price.h"
#include "client/orders/words.h"
#include "core/base/civil_time.h"
#include "core/identifiers/text.h"

namespace garderobe::client {
namespace {

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

bool LooksLikeEmail(std::string_view text) {
  const size_t at = text.find('@');
  return at != text.npos && at > 0 && text.find(' ') == text.npos &&
         text.find('.', at) != text.npos;
}

// 20:15, 20.15 uur, 8:15 PM.
bool LooksLikeTime(std::string_view text) {
  if (text.size() < 4 || text.size() > 12 || !IsDigit(text[0])) return false;
  const DateReader reader;
  return reader.Minutes("2025-03-14 " + std::string(text)).has_value() ||
         reader.Minutes("14 mrt 2025 " + std::string(text)).has_value();
}

bool HasPostcode(std::string_view text) {
  const AddressParts parts = SplitAddressLine(text);
  return !parts.postcode.empty() && !parts.city.empty() &&
         !parts.street.empty();
}

}  // namespace

void ColumnProfile::Add(std::string_view raw) {
  ++rows;
  std::deque<std::string> scratch;
  const std::string text = ToUtf8(CleanField(raw, &scratch));
  if (text.empty()) return;
  ++filled;
  distinct.insert(std::hash<std::string>()(text));
  emails += LooksLikeEmail(text);
  const AddressParts parts = SplitAddressLine(text);
  dutch_postcodes += parts.postcode == text && text.size() >= 6;
  four_digits += text.size() == 4 && AllDigits(text);
  with_postcode += HasPostcode(text);
  const DateReader day_first, month_first(true);
  const auto minutes = day_first.Minutes(text);
  const auto other = month_first.Minutes(text);
  offsets += minutes && !day_first.oddities().empty();
  if (minutes || other) {
    const int32_t at = minutes ? *minutes : *other;
    ++dates;
    date_times += at % 1440 != 0;
    const int year = FromDayNumber((at - (at < 0 ? 1439 : 0)) / 1440).year;
    births += at % 1440 == 0 && year < 2015;
    second_over_12 += !minutes;
    first_over_12 += !other;
  }
  times += !minutes && !other && LooksLikeTime(text);
  const bool point = ParsePriceCents(text, DecimalSign::kPoint).has_value();
  const bool comma = ParsePriceCents(text, DecimalSign::kComma).has_value();
  const bool decimals = text.size() > 3 && (text[text.size() - 3] == ',' ||
                                            text[text.size() - 3] == '.');
  amounts += point || comma;
  comma_amounts += decimals && text[text.size() - 3] == ',';
  point_amounts += decimals && text[text.size() - 3] == '.';
  const std::string_view unsigned_text =
      text[0] == '-' ? std::string_view(text).substr(1) : text;
  negatives +=
      text[0] == '-' && !unsigned_text.empty() && IsDigit(unsigned_text[0]);
  integers += AllDigits(unsigned_text) && unsigned_text.size() < 7;
  const auto digits = std::count_if(text.begin(), text.end(), IsDigit);
  const bool phone_signs =
      text.find_first_not_of("0123456789+-() ./") == text.npos;
  phones += phone_signs && digits >= 9 && digits <= 13 && !minutes &&
            (text[0] == '0' || text[0] == '+' || text[0] == '(' ||
             (digits == 9 && text[0] == '6'));
  letters += std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<uint8_t>(c) >= 0x80 ||
           ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
  });
  two_words += text.find(' ') != text.npos;
  ids += digits > 0 && text.find(' ') == text.npos && text.size() <= 40 &&
         !minutes && !other && !decimals;
  if (!few_words) return;
  ++words[text];
  if (words.size() > kWordsMax) {
    few_words = false;
    words.clear();
  }
}

}  // namespace garderobe::client
