#include "client/mapping/order_book.h"

#include <algorithm>
#include <string_view>

namespace garderobe::client {

std::string OrderBook::KeyOf(const OrderLine& line) {
  std::string key(line.order_id);
  key += '\x1f';
  key += line.event_id;
  key += '\x1f';
  key += std::to_string(line.starts_at);
  return key;
}

void OrderBook::Sold(const OrderLine& line) {
  auto& sales = sales_[KeyOf(line)];
  // The same line again takes the place of the one before.
  std::erase_if(sales,
                [&](const Sale& s) { return s.line_id == line.line_id; });
  sales.push_back({std::string(line.line_id), line.quantity, line.price_cents});
}

std::vector<OrderBook::Change> OrderBook::TakeBack(const OrderLine& line) {
  const auto found = sales_.find(KeyOf(line));
  if (found == sales_.end()) return {};
  auto& sales = found->second;
  const int64_t amount = std::abs(line.price_cents);
  uint32_t left = line.quantity;
  uint64_t sold = 0;
  for (const Sale& sale : sales) sold += sale.quantity;
  if (left == 0 || sold < left) return {};
  std::vector<Change> changes;
  auto take = [&](std::vector<Sale>::iterator sale, int64_t refunded) {
    const uint32_t count = std::min(left, sale->quantity);
    left -= count;
    if (count == sale->quantity && refunded > 0 &&
        refunded * 2 < sale->price_cents) {
      // Less than half of it goes back: a discount, and the visit stays.
      sale->price_cents -= refunded;
      changes.push_back(
          {sale->line_id, sale->quantity, sale->price_cents, false});
      return;
    }
    if (count == sale->quantity) {
      changes.push_back(
          {sale->line_id, sale->quantity, sale->price_cents, true});
      sales.erase(sale);
      return;
    }
    sale->quantity -= count;
    sale->price_cents -= std::min(refunded, sale->price_cents);
    changes.push_back(
        {sale->line_id, sale->quantity, sale->price_cents, false});
  };
  auto find = [&](auto is_it) {
    const auto at = std::find_if(sales.rbegin(), sales.rend(), is_it);
    return at == sales.rend() ? sales.end() : std::prev(at.base());
  };
  auto exact = find([&](const Sale& s) {
    return !line.line_id.empty() && s.line_id == line.line_id &&
           s.quantity >= left;
  });
  if (exact == sales.end()) {
    exact = find([&](const Sale& s) {
      return s.quantity == left && s.price_cents == amount;
    });
  }
  if (exact == sales.end()) {
    exact = find([&](const Sale& s) { return s.quantity == left; });
  }
  if (exact == sales.end()) {
    exact = find([&](const Sale& s) {  // of the same price a ticket
      return s.quantity > left && s.price_cents * left == amount * s.quantity;
    });
  }
  if (exact == sales.end()) {
    exact = find([&](const Sale& s) { return s.quantity > left; });
  }
  if (exact != sales.end()) {
    take(exact, amount);
    return changes;
  }
  while (left > 0) take(std::prev(sales.end()), amount);
  return changes;
}

}  // namespace garderobe::client
