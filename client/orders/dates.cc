#include "client/orders/dates.h"

#include <unicode/timezone.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "client/orders/words.h"
#include "core/base/civil_time.h"
#include "spdlog/fmt/fmt.h"

namespace garderobe::client {
namespace {

struct MonthWord {
  std::string_view begins;  // of at least three letters
  int month;
};
// Dutch, English, French and German; the longer beginning first.
constexpr MonthWord kMonths[] = {
    {"jan", 1},  {"fevr", 2}, {"fév", 2}, {"feb", 2},  {"mrt", 3},  {"maa", 3},
    {"mar", 3},  {"mär", 3},  {"apr", 4}, {"avr", 4},  {"mei", 5},  {"mai", 5},
    {"may", 5},  {"juin", 6}, {"jun", 6}, {"juil", 7}, {"jul", 7},  {"aug", 8},
    {"aoû", 8},  {"aou", 8},  {"sep", 9}, {"okt", 10}, {"oct", 10}, {"nov", 11},
    {"dec", 12}, {"déc", 12}, {"dez", 12}};
constexpr std::string_view kIgnored[] = {
    "ma",  "maandag",   "mon", "monday",   "di",  "dinsdag",
    "tue", "tuesday",   "wo",  "woensdag", "wed", "wednesday",
    "do",  "donderdag", "thu", "thursday", "vr",  "vrijdag",
    "fri", "friday",    "za",  "zaterdag", "sat", "saturday",
    "zo",  "zondag",    "sun", "sunday",   "om",  "at",
    "uur", "u",         "h",   "hrs",      "t",   "de",
    "th",  "st",        "nd",  "rd",       "à",   "um",
    "uhr", "lun",       "mer", "jeu",      "ven", "sam",
    "dim", "mo",        "mi",  "fr",       "sa",  "so"};

struct Token {
  enum Type : uint8_t { kNumber, kMonth, kMorning, kAfternoon } type;
  int value = 0;
  size_t digits = 0;
  char before = ' ';  // what stands before a number, for 20.15 and 14-3
};

int MonthOf(std::string_view word) {
  for (const MonthWord& month : kMonths) {
    if (word.starts_with(month.begins)) return month.month;
  }
  return 0;
}

// False: something that says nothing of a date.
bool TakeWord(std::string_view word, std::vector<Token>* tokens) {
  if (word == "am" || word == "a" || word == "pm" || word == "p") {
    tokens->push_back({word[0] == 'a' ? Token::kMorning : Token::kAfternoon});
    return true;
  }
  for (std::string_view ignored : kIgnored) {
    if (word == ignored) return true;
  }
  const int month = MonthOf(word);
  if (month == 0) return false;
  tokens->push_back({Token::kMonth, month});
  return true;
}

bool Tokenise(std::string_view text, std::vector<Token>* tokens) {
  size_t i = 0;
  char before = ' ';
  while (i < text.size()) {
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      Token number{Token::kNumber, 0, 0, before};
      for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
        if (++number.digits > 4) return false;
        number.value = number.value * 10 + (text[i] - '0');
      }
      tokens->push_back(number);
      before = ' ';
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
      std::string word;
      // Letters beyond ASCII belong to the word, too.
      for (; i < text.size() &&
             (static_cast<uint8_t>(text[i]) >= 0x80 ||
              ((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z'));
           ++i) {
        word += text[i] >= 'A' && text[i] <= 'Z'
                    ? static_cast<char>(text[i] + 32)
                    : text[i];
      }
      if (!TakeWord(word, tokens)) return false;
      before = ' ';
    } else if (std::string_view(" ,.-/:()'\t").find(c) !=
               std::string_view::npos) {
      if (c != ' ' || before == ' ') before = c;
      ++i;
    } else {
      return false;
    }
  }
  return true;
}

std::optional<int> YearOf(const Token& token, bool two_digits) {
  if (token.digits == 4) return token.value;
  if (!two_digits || token.digits != 2) return std::nullopt;
  return token.value < 70 ? 2000 + token.value : 1900 + token.value;
}

// The date that begins at `at`, and the token after it.
std::optional<CivilDate> TakeDate(const std::vector<Token>& tokens,
                                  bool month_first, bool two_digits,
                                  size_t* at) {
  if (tokens.size() < *at + 3) return std::nullopt;
  std::array<const Token*, 3> t = {&tokens[*at], &tokens[*at + 1],
                                   &tokens[*at + 2]};
  *at += 3;
  const Token *day = t[0], *month = t[1], *year = t[2];
  if (t[0]->type == Token::kMonth) {  // March 14, 2025
    month = t[0];
    day = t[1];
  } else if (t[0]->digits == 4) {  // 2025/3/14
    year = t[0];
    day = t[2];
  } else if (t[1]->type == Token::kNumber && month_first) {
    month = t[0];
    day = t[1];
  }
  if (day->type != Token::kNumber || year->type != Token::kNumber ||
      day->digits > 2 || (month->type == Token::kNumber && month->digits > 2) ||
      (month->type != Token::kNumber && month->type != Token::kMonth)) {
    return std::nullopt;
  }
  const auto y = YearOf(*year, two_digits);
  if (!y) return std::nullopt;
  // Checked by the one that knows how long months are.
  return ParseDate(
      fmt::format("{:04}-{:02}-{:02}", *y, month->value, day->value));
}

// Minutes since midnight of what is left; 0 when nothing is.
std::optional<int> TakeTime(const std::vector<Token>& tokens, size_t at) {
  if (at == tokens.size()) return 0;
  int hour = tokens[at].value, minute = 0;
  if (tokens[at].type != Token::kNumber || tokens[at].digits > 2) {
    return std::nullopt;
  }
  ++at;
  bool exact = false;
  for (int part = 0;
       part < 2 && at < tokens.size() && tokens[at].type == Token::kNumber;
       ++part, ++at) {
    if (tokens[at].digits != 2 || tokens[at].value > 59) return std::nullopt;
    if (part == 0) minute = tokens[at].value;
    exact = true;
  }
  if (at < tokens.size()) {
    const bool afternoon = tokens[at].type == Token::kAfternoon;
    if ((!afternoon && tokens[at].type != Token::kMorning) || hour < 1 ||
        hour > 12) {
      return std::nullopt;
    }
    hour = hour % 12 + (afternoon ? 12 : 0);
    exact = true;
    ++at;
  }
  // "14 mrt 2025 20" is a slip, not eight in the evening.
  const bool midnight = hour == 24 && minute == 0;  // of the day that ends
  if (!exact || at != tokens.size() || (hour > 23 && !midnight)) {
    return std::nullopt;
  }
  return hour * 60 + minute;
}

struct Read {
  CivilDate date;
  int minute = 0;
};
std::optional<Read> ReadLoosely(std::string_view text, bool month_first,
                                bool two_digits) {
  if (text.size() > 64) return std::nullopt;
  std::vector<Token> tokens;
  if (!Tokenise(ToUtf8(text), &tokens)) return std::nullopt;
  size_t at = 0;
  const auto date = TakeDate(tokens, month_first, two_digits, &at);
  if (!date) return std::nullopt;
  const auto minute = TakeTime(tokens, at);
  if (!minute) return std::nullopt;
  return Read{*date, *minute};
}

bool Digits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return false;
  return std::all_of(text.begin() + static_cast<long>(at),
                     text.begin() + static_cast<long>(at + count),
                     [](char c) { return c >= '0' && c <= '9'; });
}

// Whether `text` ends with a time: 20:15, 20:15:00, 20:15:00.123.
bool EndsWithTime(std::string_view text) {
  size_t begin = text.size();
  while (begin > 0 && (Digits(text, begin - 1, 1) || text[begin - 1] == ':' ||
                       text[begin - 1] == '.' || text[begin - 1] == ',')) {
    --begin;
  }
  const std::string_view time = text.substr(begin);
  const size_t colon = time.find(':');
  return colon != time.npos && colon > 0 && Digits(time, colon + 1, 2);
}

// Cuts the offset from UTC off a time's end: Z, UTC, GMT, +0200, +02:00, +02,
// with the zone's name in brackets behind it. Returns it in minutes; nothing
// when there is none.
std::optional<int> TakeOffset(std::string_view* text) {
  std::string_view rest = *text;
  if (const size_t open = rest.rfind('[');
      open != rest.npos && rest.ends_with(']')) {
    rest = TrimField(rest.substr(0, open));
  }
  for (std::string_view name : {"UTC", "GMT", "Z", "z"}) {
    if (!rest.ends_with(name)) continue;
    const auto time = TrimField(rest.substr(0, rest.size() - name.size()));
    if (!EndsWithTime(time)) return std::nullopt;
    *text = time;
    return 0;
  }
  const size_t sign = rest.find_last_of("+-");
  if (sign == rest.npos) return std::nullopt;
  const std::string_view offset = rest.substr(sign + 1);
  const bool colon = offset.size() == 5 && offset[2] == ':';
  if (!Digits(offset, 0, 2) ||
      !(offset.size() == 2 || (offset.size() == 4 && Digits(offset, 2, 2)) ||
        (colon && Digits(offset, 3, 2)))) {
    return std::nullopt;
  }
  const auto time = TrimField(rest.substr(0, sign));
  if (!EndsWithTime(time)) return std::nullopt;
  const auto two = [&](size_t at) {
    return (offset[at] - '0') * 10 + offset[at + 1] - '0';
  };
  int minutes = two(0) * 60;
  if (offset.size() > 2) minutes += two(colon ? 3 : 2);
  if (minutes > 14 * 60) return std::nullopt;
  *text = time;
  return rest[sign] == '-' ? -minutes : minutes;
}

}  // namespace

struct DateReader::Zone {
  std::unique_ptr<icu::TimeZone> zone;
};

DateReader::DateReader(bool month_first, const std::string& zone)
    : month_first_(month_first) {
  if (zone.empty()) return;
  zone_ = std::make_unique<Zone>();
  zone_->zone.reset(
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(zone)));
}
DateReader::~DateReader() = default;
DateReader::DateReader(DateReader&&) noexcept = default;
DateReader& DateReader::operator=(DateReader&&) noexcept = default;

bool IsTimeZone(const std::string& name) {
  const std::unique_ptr<icu::TimeZone> zone(
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  return zone != nullptr && *zone != icu::TimeZone::getUnknown();
}

std::optional<int32_t> DateReader::InZone(int32_t local, int offset) const {
  constexpr int64_t kMillisecondsTo2000 = 946'684'800'000;
  const int64_t utc = int64_t{local} - offset;
  int32_t raw = 0, dst = 0;
  UErrorCode error = U_ZERO_ERROR;
  zone_->zone->getOffset(
      static_cast<double>(utc * 60'000 + kMillisecondsTo2000), false, raw, dst,
      error);
  if (U_FAILURE(error)) return std::nullopt;
  return static_cast<int32_t>(utc + (raw + dst) / 60'000);
}

std::optional<int32_t> DateReader::Minutes(std::string_view text) const {
  text = TrimField(text);
  // 2025-03-14 and the like have one meaning, whatever comes first elsewhere.
  const bool iso = text.size() > 4 && text[4] == '-';
  // Nearly all are of this form, and a date alone has no offset.
  const auto offset =
      text.size() > 16 ? TakeOffset(&text) : std::optional<int>();
  auto minutes = iso || !month_first_ ? ParseLocalMinutes(text) : std::nullopt;
  if (!minutes) {
    const auto read = ReadLoosely(text, month_first_, true);
    if (!read || read->date.year < 1900 || read->date.year > 2199) {
      other_order_ += !read && ReadLoosely(text, !month_first_, true);
      return std::nullopt;
    }
    minutes = DayNumber(read->date) * 1440 + read->minute;
  }
  if (!offset) return minutes;
  if (zone_ != nullptr) return InZone(*minutes, *offset);
  ++offsets_dropped_;
  return minutes;
}

std::vector<Oddity> DateReader::oddities() const {
  std::vector<Oddity> told;
  const auto times = [](uint64_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  if (offsets_dropped_ > 0) {
    told.push_back(
        {"offsets",
         fmt::format(
             "{} with an offset from UTC (Z, +02:00), which is dropped: the "
             "digits count as the time where the event is; if they are not, "
             "say `zone: Europe/Amsterdam` under `file:` in the mapping",
             times(offsets_dropped_, "time")),
         {{"count", std::to_string(offsets_dropped_)}}});
  }
  if (other_order_ > 0) {
    told.push_back(
        {month_first_ ? "day_first" : "month_first",
         fmt::format("{} can be read with the {} first only; say `dates: {}` "
                     "under `file:` in the mapping if all of them are written "
                     "so",
                     times(other_order_, "date"),
                     month_first_ ? "day" : "month",
                     month_first_ ? "day-first" : "month-first"),
         {{"count", std::to_string(other_order_)}}});
  }
  if (unknown_sales_ > 0) {
    told.push_back(
        {"unknown_sales",
         fmt::format("{} of sale (sold_at) that can't be read, or before 1990: "
                     "taken as unknown, the visits count",
                     times(unknown_sales_, "date")),
         {{"count", std::to_string(unknown_sales_)}}});
  }
  return told;
}

std::string DateReader::BirthDate(std::string_view text) const {
  text = TrimField(text);
  if (text.empty() || (!month_first_ && ParseDate(text))) {
    return std::string(text);
  }
  // 19800304, which is no date with the day first.
  if (text.size() == 8 && Digits(text, 0, 8)) {
    const auto date = ParseDate(fmt::format("{}-{}-{}", text.substr(0, 4),
                                            text.substr(4, 2), text.substr(6)));
    const auto other = ParseDate(fmt::format(
        "{}-{}-{}", text.substr(4), text.substr(2, 2), text.substr(0, 2)));
    return date && !other ? ToIso(*date) : std::string(text);
  }
  std::string_view local = text;
  if (const auto offset = TakeOffset(&local)) {
    // Midnight somewhere: which day it was is known in a zone only.
    const auto minutes = ParseLocalMinutes(local);
    const auto there = zone_ != nullptr && minutes ? InZone(*minutes, *offset)
                                                   : std::optional<int32_t>();
    if (!there) return std::string(text);
    const int32_t day = *there >= 0 ? *there / 1440 : (*there - 1439) / 1440;
    return ToIso(FromDayNumber(day));
  }
  const auto read = ReadLoosely(text, month_first_, false);
  return read ? ToIso(read->date) : std::string(text);
}

}  // namespace garderobe::client
