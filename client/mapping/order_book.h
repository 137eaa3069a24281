// What was sold in a file, for exports that take it back by a later negative
// row without saying which line it was.
#ifndef GARDEROBE_CLIENT_MAPPING_ORDER_BOOK_H_
#define GARDEROBE_CLIENT_MAPPING_ORDER_BOOK_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client/orders/order_line.h"

namespace garderobe::client {

// Not thread-safe. Some 60 bytes a row.
class OrderBook {
 public:
  void Sold(const OrderLine& line);

  // What becomes of a line.
  struct Change {
    std::string line_id;
    uint32_t quantity;  // left; what it was where all goes
    int64_t price_cents;
    bool all;  // nothing is left of it
  };
  // Takes `line.quantity` tickets back of the same order and performance:
  // of the line of that id, else of one of the same quantity and amount, else
  // of the latest ones. A line of which less than half the price goes back
  // stays, for less. Empty when so many were not sold: nothing is taken.
  std::vector<Change> TakeBack(const OrderLine& line);

 private:
  struct Sale {
    std::string line_id;
    uint32_t quantity;
    int64_t price_cents;
  };
  static std::string KeyOf(const OrderLine& line);
  absl::flat_hash_map<std::string, std::vector<Sale>> sales_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_MAPPING_ORDER_BOOK_H_
