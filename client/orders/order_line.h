// One order line: the columns there are, and what a row says.
#ifndef GARDEROBE_CLIENT_ORDERS_ORDER_LINE_H_
#define GARDEROBE_CLIENT_ORDERS_ORDER_LINE_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/orders/dates.h"
#include "client/orders/price.h"

namespace garderobe::client {

enum class Column : uint8_t {
  kCustomerId,
  kEmail,
  kPhone,
  kFirstName,
  kLastName,
  kBirthDate,
  kPostcode,
  kHouseNumber,
  kHouseNumberAddition,
  kCountry,
  kOrderId,
  kLineId,
  kEventId,
  kEventTitle,
  kGenre,
  kStartsAt,
  kSoldAt,
  kQuantity,
  kPrice,
  kChannel,
  kStatus,
  kShare,
  kStreet,
  kPass,
  kCity,
};
inline constexpr size_t kColumnCount = 25;
// The column's name, as in `garderobe mapping show default`.
std::string_view ColumnName(Column column);

// What a row says, by column; empty where it says nothing. Trimmed.
using Fields = std::array<std::string_view, kColumnCount>;

// A row that can be delivered. Views into the row.
struct OrderLine {
  std::string_view customer_id, email, phone, first_name, last_name, birth_date,
      postcode, street, house_number, house_number_addition, country, pass,
      city;
  std::string_view order_id, line_id, event_id, event_title;
  uint8_t genre = 0;
  int32_t starts_at = 0;        // local minutes since 2000-01-01 00:00
  int32_t sold_at = INT32_MIN;  // local hours since then; INT32_MIN unknown
  uint32_t quantity = 1;
  int64_t price_cents = 0;
  uint8_t channel = 0;
  uint8_t status = 0;
  bool share = true;
};

// Why a row, or a value, is not taken. Never holds the value.
struct Refusal {
  uint64_t line = 0;
  std::string column;
  std::string reason;  // UPPER_SNAKE_CASE, docs/delivering.md
};

// How a file writes what can be written in several ways.
struct ReadingRules {
  DecimalSign decimal = DecimalSign::kPoint;  // of ParsePriceCents
  DateReader dates;
};

// Returns the number of tickets that `text` writes: "3", or "3.00" and "3,0" of
// a spreadsheet. Returns nullopt for a part of a ticket, a sign, more than
// 10,000 and what is no number.
[[nodiscard]] std::optional<uint32_t> ParseQuantity(std::string_view text);

// The meaning of the row at `line`, or its first fault. `order` has views into
// `fields`.
[[nodiscard]] std::optional<Refusal> ReadOrderLine(const Fields& fields,
                                                   uint64_t line,
                                                   const ReadingRules& rules,
                                                   OrderLine* order);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_ORDER_LINE_H_
