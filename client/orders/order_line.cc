#include "client/orders/order_line.h"

#include <algorithm>
#include <cstdint>

#include "client/orders/price.h"
#include "client/orders/words.h"
#include "core/base/integer.h"
#include "core/catalogue/codes.h"

namespace garderobe::client {
namespace {

constexpr size_t kIdBytesMax = 256;
constexpr size_t kEventIdBytesMax = 64;
constexpr uint32_t kQuantityMax = 10'000;
// Minutes from 2000 to 2 January 1990: what was sold before is a date that
// programs write for none (1900, 1970).
constexpr int32_t kFirstSale = -3'651 * 1440;

constexpr std::string_view kColumnNames[kColumnCount] = {
    "customer_id", "email",        "phone",
    "first_name",  "last_name",    "birth_date",
    "postcode",    "house_number", "house_number_addition",
    "country",     "order_id",     "line_id",
    "event_id",    "event_title",  "genre",
    "starts_at",   "sold_at",      "quantity",
    "price",       "channel",      "status",
    "share",       "street",       "pass",
    "city"};

// 6,12346E+08: a spreadsheet made a number of an id, and lost its digits. Two
// customers would become one.
bool IsRounded(std::string_view id) {
  size_t e = id.find("E+");
  if (e == id.npos) e = id.find("e+");
  if (e == id.npos || e == 0 || e + 2 >= id.size()) return false;
  const auto is_digits = [](std::string_view text, std::string_view also) {
    return text.find_first_not_of("0123456789") == text.npos ||
           text.find_first_not_of(std::string("0123456789") +
                                  std::string(also)) == text.npos;
  };
  return is_digits(id.substr(0, e), ".,") && is_digits(id.substr(e + 2), "");
}

}  // namespace

std::optional<uint32_t> ParseQuantity(std::string_view text) {
  const size_t separator = text.find_first_of(".,");
  if (separator != text.npos) {
    const auto decimals = text.substr(separator + 1);
    if (decimals.find_first_not_of('0') != decimals.npos) return std::nullopt;
    text = text.substr(0, separator);
  }
  const auto value = ParseInteger<uint32_t>(text);
  if (!value || *value > kQuantityMax) return std::nullopt;
  return value;
}

std::string_view ColumnName(Column column) {
  return kColumnNames[static_cast<size_t>(column)];
}

std::optional<Refusal> ReadOrderLine(const Fields& fields, uint64_t number,
                                     const ReadingRules& rules,
                                     OrderLine* line) {
  using C = Column;
  auto refuse = [&](Column column, const char* reason) {
    return Refusal{number, std::string(ColumnName(column)), reason};
  };
  auto get = [&](Column column) { return fields[static_cast<size_t>(column)]; };
  *line = OrderLine();
  line->order_id = get(C::kOrderId);
  line->line_id = get(C::kLineId);
  line->event_id = get(C::kEventId);
  struct Id {
    Column column;
    std::string_view value;
    size_t most;
    const char *missing, *too_long, *rounded;
  };
  line->customer_id = get(C::kCustomerId);
  for (const Id& id : std::initializer_list<Id>{
           {C::kOrderId, line->order_id, kIdBytesMax, "ORDER_ID_MISSING",
            "ORDER_ID_TOO_LONG", "ORDER_ID_ROUNDED"},
           {C::kLineId, line->line_id, kIdBytesMax, "LINE_ID_MISSING",
            "LINE_ID_TOO_LONG", "LINE_ID_ROUNDED"},
           {C::kEventId, line->event_id, kEventIdBytesMax, "EVENT_ID_MISSING",
            "EVENT_ID_TOO_LONG", "EVENT_ID_ROUNDED"},
           {C::kCustomerId, line->customer_id, kIdBytesMax, nullptr,
            "CUSTOMER_ID_TOO_LONG", "CUSTOMER_ID_ROUNDED"}}) {
    if (id.value.empty() && id.missing != nullptr) {
      return refuse(id.column, id.missing);
    }
    if (id.value.size() > id.most) return refuse(id.column, id.too_long);
    if (IsRounded(id.value)) return refuse(id.column, id.rounded);
  }
  const auto starts_at = rules.dates.Minutes(get(C::kStartsAt));
  if (!starts_at) return refuse(C::kStartsAt, "STARTS_AT_INVALID");
  line->starts_at = *starts_at;
  if (const auto sold = get(C::kSoldAt); !sold.empty()) {
    // Unreadable, or what programs write for none: when it was sold is not
    // known, and the visit counts.
    const auto minutes = rules.dates.Minutes(sold);
    if (minutes && *minutes >= kFirstSale) {
      line->sold_at = *minutes >= 0 ? *minutes / 60 : (*minutes - 59) / 60;
    } else {
      rules.dates.NoteUnknownSale();
    }
  }
  if (const auto quantity = get(C::kQuantity); !quantity.empty()) {
    const auto count = ParseQuantity(quantity);
    if (!count && quantity.starts_with('-') &&
        ParseQuantity(quantity.substr(1))) {
      return refuse(C::kQuantity, "RETURN_UNEXPECTED");
    }
    if (!count) return refuse(C::kQuantity, "QUANTITY_INVALID");
    line->quantity = *count;
  }
  if (const auto price = get(C::kPrice); !price.empty()) {
    const auto cents = ParsePriceCents(price, rules.decimal);
    if (!cents || *cents > 100'000'000 || *cents < -100'000'000) {
      return refuse(C::kPrice, "PRICE_INVALID");
    }
    line->price_cents = *cents;
  }
  if (const auto status = get(C::kStatus); !status.empty()) {
    const auto code = CodeOfWord(WordList::kStatus, status);
    if (!code) return refuse(C::kStatus, "STATUS_UNKNOWN");
    line->status = *code;
  }
  // Money that goes back is no visit, and of which sale can only be told where
  // the mapping says that there is any.
  if (line->price_cents < 0 && Counts(static_cast<VisitStatus>(line->status))) {
    return refuse(C::kPrice, "RETURN_UNEXPECTED");
  }
  const auto share = ParseShare(get(C::kShare));
  if (!share) return refuse(C::kShare, "SHARE_INVALID");
  line->share = *share;
  // Words that no list knows are "other": a new genre stops nobody's visit.
  if (const auto channel = get(C::kChannel); !channel.empty()) {
    line->channel = CodeOfWord(WordList::kChannel, channel).value_or(0);
  }
  if (const auto genre = get(C::kGenre); !genre.empty()) {
    line->genre = CodeOfWord(WordList::kGenre, genre).value_or(0);
  }
  line->event_title = get(C::kEventTitle);
  line->email = get(C::kEmail);
  line->phone = get(C::kPhone);
  line->first_name = get(C::kFirstName);
  line->last_name = get(C::kLastName);
  line->birth_date = get(C::kBirthDate);
  line->postcode = get(C::kPostcode);
  line->house_number = get(C::kHouseNumber);
  line->house_number_addition = get(C::kHouseNumberAddition);
  line->country = get(C::kCountry);
  line->street = get(C::kStreet);
  line->pass = get(C::kPass);
  line->city = get(C::kCity);
  return std::nullopt;
}

}  // namespace garderobe::client
