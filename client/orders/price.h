// Amounts of money as box offices write them.
#ifndef GARDEROBE_CLIENT_ORDERS_PRICE_H_
#define GARDEROBE_CLIENT_ORDERS_PRICE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace garderobe::client {

// An amount in cents: "12.50", "12,50", "€ 1.234,50", "1,234.50". Nothing
// when it is none, or when it can't be told what a separator means: a single
// one before three digits is refused when it may be the decimal one, and read
// as thousands otherwise (docs/delivering.md).
enum class DecimalSign { kPoint, kComma, kEither };
std::optional<int64_t> ParsePriceCents(std::string_view text, DecimalSign sign);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_PRICE_H_
