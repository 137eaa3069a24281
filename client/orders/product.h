// Which lines of an order are no visit, by the word for what was sold: parking,
// drinks, vouchers, fees.
#ifndef GARDEROBE_CLIENT_ORDERS_PRODUCT_H_
#define GARDEROBE_CLIENT_ORDERS_PRODUCT_H_

#include <string>
#include <string_view>

namespace garderobe::client {

struct Product {
  // What it is where it is no visit, such as "parking"; empty for a visit.
  std::string kind;
  // Whether that can't be told from the word: counted as a visit.
  bool ask = false;
};

// By the lists `no_visit` of client/orders/words.json: a word that is the whole
// name counts before one that stands in it by itself, and that before one that
// is part of another. Titles of events are no products: "Lunchconcert" is one.
Product ProductOf(std::string_view name);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_PRODUCT_H_
