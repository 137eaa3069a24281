// Amounts of money as box offices write them.
#ifndef GARDEROBE_CLIENT_PRICE_H_
#define GARDEROBE_CLIENT_PRICE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace garderobe::client {

// An amount in cents: "12.50", "12,50", "€ 1.234,50", "1,234.50". Nothing
// when it is none, or when it can't be told what a separator means.
// `decimal_comma`: a single separator before three digits is read as
// thousands or refused by this (docs/delivering.md).
std::optional<int64_t> ParsePriceCents(std::string_view text,
                                       bool decimal_comma);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_PRICE_H_
