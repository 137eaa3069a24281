#include "client/conformance/visit_columns.h"

#include <cstdlib>
#include <string_view>

namespace garderobe::client::conformance {
namespace {

constexpr std::string_view kColumnSection = "clients.md, 5";
constexpr std::string_view kWordSection = "delivering.md, Words";
constexpr Rule kStartsUtc{"starts-at-utc", kColumnSection,
                          "the beginning is told in UTC, and not by the clock "
                          "at the event"};
constexpr Rule kStartsShifted{"starts-at-shifted", kColumnSection,
                              "the beginning is moved by the hours of a zone, "
                              "which local time has not"};
constexpr Rule kStartsEpoch{"starts-at-epoch", kColumnSection,
                            "the beginning is counted from 1970, and not from "
                            "2000"};
constexpr Rule kStartsUnit{"starts-at-unit", kColumnSection,
                           "the beginning is told in hours, seconds or days, "
                           "and not in minutes"};
constexpr Rule kStartsDay{"starts-at-day", kColumnSection,
                          "the beginning is told without its time of day"};
constexpr Rule kStartsOther{"starts-at", kColumnSection,
                            "the beginning differs"};
constexpr Rule kSoldMinutes{"sold-at-minutes", kColumnSection,
                            "the sale is told in minutes, and not in hours"};
constexpr Rule kSoldUtc{"sold-at-utc", kColumnSection,
                        "the sale is told in UTC, and not in local hours"};
constexpr Rule kSoldEpoch{"sold-at-epoch", kColumnSection,
                          "the sale is counted from 1970, and not from 2000"};
constexpr Rule kSoldRounded{"sold-at-rounded", kColumnSection,
                            "the hour of the sale is rounded up, and not down"};
constexpr Rule kSoldUnknown{"sold-at-unknown", kColumnSection,
                            "an unknown sale is -2147483648, and a known one "
                            "is not"};
constexpr Rule kSoldOther{"sold-at", kColumnSection, "the sale differs"};
constexpr Rule kPricePerTicket{"price-per-ticket", kColumnSection,
                               "the price is that of one ticket, and not of "
                               "the line"};
constexpr Rule kPriceTimes{"price-multiplied", kColumnSection,
                           "the price of the line is multiplied by its "
                           "tickets once more"};
constexpr Rule kPriceEuros{"price-in-euros", kColumnSection,
                           "the price is told in euros, and not in cents"};
constexpr Rule kPriceSign{"price-sign", kColumnSection,
                          "the price has the other sign"};
constexpr Rule kPriceOther{"price", kColumnSection, "the price differs"};
constexpr Rule kQuantityOnce{"quantity-once", kColumnSection,
                             "a line of several tickets is counted as one"};
constexpr Rule kQuantityOther{"quantity", kColumnSection,
                              "the number of tickets differs"};
constexpr Rule kWordUnknown{"word-unknown", kWordSection,
                            "a word of a closed list, or one that is usual "
                            "for it, is not known and told as 0"};
constexpr Rule kWordKnown{"word-known", kWordSection,
                          "a word that no list knows is told as one of it"};
constexpr Rule kCodeShifted{"code-from-1", kColumnSection,
                            "codes are counted from 1, and not from 0"};
constexpr Rule kCodeOther{"code", kColumnSection,
                          "a word is told as another of its list"};
constexpr Rule kEventId{"event-id", kColumnSection,
                        "the event id is not as it stands in the file"};
constexpr Rule kTitleMissing{"title-missing", kColumnSection,
                             "the title is left out"};
constexpr Rule kTitleOther{"title", kColumnSection,
                           "the title is not as it stands in the file"};

constexpr int64_t kDaysFrom1970 = 10'957;
constexpr int64_t kMinutesADay = 1440;

int64_t FloorDivide(int64_t value, int64_t by) {
  return value >= 0 ? value / by : -((-value + by - 1) / by);
}
// Whether it is what summer or winter time is ahead of UTC, in Europe's west.
bool IsZone(int64_t minutes) { return minutes == 60 || minutes == 120; }

const Rule& StartRule(int64_t expected, int64_t delivered) {
  if (IsZone(expected - delivered)) return kStartsUtc;
  if (IsZone(delivered - expected)) return kStartsShifted;
  const int64_t of_1970 = expected + kDaysFrom1970 * kMinutesADay;
  if (delivered == of_1970 || IsZone(of_1970 - delivered)) return kStartsEpoch;
  if (delivered == FloorDivide(expected, kMinutesADay) * kMinutesADay) {
    return kStartsDay;
  }
  if (delivered == FloorDivide(expected, 60) || delivered == expected * 60 ||
      delivered == FloorDivide(expected, kMinutesADay)) {
    return kStartsUnit;
  }
  return kStartsOther;
}

const Rule& SaleRule(int64_t expected, int64_t delivered) {
  if ((expected == INT32_MIN) != (delivered == INT32_MIN)) return kSoldUnknown;
  if (FloorDivide(delivered, 60) == expected) return kSoldMinutes;
  if (expected - delivered == 2) return kSoldUtc;
  if (expected - delivered == 1) return kSoldUtc;
  if (delivered - expected == 1) return kSoldRounded;
  const int64_t of_1970 = expected + kDaysFrom1970 * 24;
  if (of_1970 - delivered >= 0 && of_1970 - delivered <= 2) return kSoldEpoch;
  return kSoldOther;
}

const Rule& PriceRule(const VisitValues& expected, int64_t delivered) {
  const int64_t price = expected.price_cents;
  const int64_t tickets = expected.quantity;
  if (tickets > 1 && delivered == price * tickets) return kPriceTimes;
  // A line's cents may not be divisible by its tickets.
  if (tickets > 1 && std::llabs(delivered * tickets - price) < tickets) {
    return kPricePerTicket;
  }
  if (delivered == -price) return kPriceSign;
  if (delivered == price / 100 || delivered == (price + 50) / 100) {
    return kPriceEuros;
  }
  return kPriceOther;
}

const Rule& CodeRule(uint32_t expected, uint32_t delivered) {
  if (delivered == expected + 1) return kCodeShifted;
  if (delivered == 0) return kWordUnknown;
  if (expected == 0) return kWordKnown;
  return kCodeOther;
}

std::string Moved(int64_t expected, int64_t delivered, const char* unit) {
  return fmt::format("{:+} {}", delivered - expected, unit);
}

}  // namespace

void CompareColumns(const VisitValues& expected, const VisitValues& delivered,
                    const FoundColumn& found) {
  if (expected.event_id != delivered.event_id) found("event_id", kEventId, "");
  const auto title = KeptTitle(expected.title);
  if (title != KeptTitle(delivered.title)) {
    found("title", delivered.title.empty() ? kTitleMissing : kTitleOther, "");
  }
  if (expected.starts_at != delivered.starts_at) {
    const int64_t from = expected.starts_at, to = delivered.starts_at;
    found("starts_at", StartRule(from, to), Moved(from, to, "minutes"));
  }
  if (expected.sold_at != delivered.sold_at) {
    const int64_t from = expected.sold_at, to = delivered.sold_at;
    const Rule& rule = SaleRule(from, to);
    found("sold_at", rule,
          &rule == &kSoldUnknown ? "" : Moved(from, to, "hours"));
  }
  if (expected.quantity != delivered.quantity) {
    found("quantity", delivered.quantity == 1 ? kQuantityOnce : kQuantityOther,
          fmt::format("{} in place of {}", delivered.quantity,
                      expected.quantity));
  }
  if (expected.price_cents != delivered.price_cents) {
    found("price_cents", PriceRule(expected, delivered.price_cents),
          fmt::format("{} in place of {}", delivered.price_cents,
                      expected.price_cents));
  }
  const auto compare_code = [&](const char* column, uint32_t from,
                                uint32_t to) {
    if (from == to) return;
    found(column, CodeRule(from, to),
          fmt::format("{} in place of {}", to, from));
  };
  compare_code("genre", expected.genre, delivered.genre);
  compare_code("channel", expected.channel, delivered.channel);
  compare_code("status", expected.status, delivered.status);
}

std::vector<const Rule*> VisitColumnRules() {
  return {&kEventId,       &kTitleMissing,   &kTitleOther,  &kStartsUtc,
          &kStartsShifted, &kStartsEpoch,    &kStartsUnit,  &kStartsDay,
          &kStartsOther,   &kSoldMinutes,    &kSoldUtc,     &kSoldEpoch,
          &kSoldRounded,   &kSoldUnknown,    &kSoldOther,   &kQuantityOnce,
          &kQuantityOther, &kPricePerTicket, &kPriceTimes,  &kPriceEuros,
          &kPriceSign,     &kPriceOther,     &kWordUnknown, &kWordKnown,
          &kCodeShifted,   &kCodeOther};
}

}  // namespace garderobe::client::conformance
