// One order line of an export: which column means what, and what a row says.
#ifndef GARDEROBE_CLIENT_ORDER_LINE_H_
#define GARDEROBE_CLIENT_ORDER_LINE_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/csv_reader.h"
#include "core/base/status.h"

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
// The column's name in the default mapping, in English.
std::string_view ColumnName(Column column);
// All names that are understood, English first; for `mapping show default`.
std::vector<std::string_view> ColumnNames(Column column);

// Where the columns of a file are.
class ColumnMap {
 public:
  // InvalidArgument: a column that is needed is missing; one sentence with
  // what was found and what was expected.
  [[nodiscard]] static absl::StatusOr<ColumnMap> FromHeader(
      const std::vector<std::string_view>& header, char delimiter);

  bool has(Column column) const {
    return index_[static_cast<size_t>(column)] >= 0;
  }
  size_t width() const { return width_; }
  // The column's field, trimmed; empty when the file has no such column.
  std::string_view Get(const CsvRow& row, Column column) const;
  const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  std::array<int, kColumnCount> index_;
  size_t width_ = 0;
  std::vector<std::string> unknown_;  // headers that mean nothing to us
};

// A row that can be delivered. Views into the row.
struct OrderLine {
  std::string_view customer_id, email, phone, first_name, last_name, birth_date,
      postcode, street, house_number, house_number_addition, country, pass, city;
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

// The row's meaning, or its first fault.
// `decimal_comma`: a single separator before three digits is read as
// thousands or refused by this (docs/delivering.md).
[[nodiscard]] std::optional<Refusal> ReadOrderLine(const ColumnMap& columns,
                                                   const CsvRow& row,
                                                   bool decimal_comma,
                                                   OrderLine* line);

// An amount in cents: "12.50", "12,50", "€ 1.234,50", "1,234.50". Nothing
// when it is none, or when it can't be told what a separator means.
std::optional<int64_t> ParsePriceCents(std::string_view text,
                                       bool decimal_comma);

// UTF-8 of a field: as it is when it is UTF-8, otherwise read as Windows-1252.
std::string ToUtf8(std::string_view field);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDER_LINE_H_
