// What a file says of its customers, over all the rows of each.
#ifndef GARDEROBE_CLIENT_ORDERS_CUSTOMERS_H_
#define GARDEROBE_CLIENT_ORDERS_CUSTOMERS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client/orders/order_line.h"
#include "core/sealing/handles.h"

namespace garderobe::client {

// A customer stands on many rows, and not every row says all. The table keeps
// what any of them said, so that neither the order of the rows nor where a
// batch ends changes what is delivered. The parts are e-mail, telephone, pass,
// birth date, name, and address; an address is one part, for a postcode of one
// row and a house number of another would be nobody's. For each part:
// - the row of the latest sale counts (SaleOf); of rows of one hour, or without
//   a time of sale, the later row;
// - a row that says nothing of it, or less of the same, takes nothing away;
// - a value that is no identifier does not take the place of one that is, nor a
//   first name that of a surname, nor part of an address that of a whole one.
//
// Owns copies of what it was given. Not thread-safe.
class CustomerTable {
 public:
  // What memory bears: some 100 MiB. A larger file is delivered in pieces, and
  // what a later piece says of a customer comes as a second delivery.
  static constexpr size_t kCustomersMax = 250'000;
  static constexpr size_t kBytesMax = size_t{64} << 20;

  // `own_domains` are those of NormaliseEmail.
  explicit CustomerTable(std::vector<std::string> own_domains)
      : own_domains_(std::move(own_domains)) {}

  // Takes what `line`, which stands at `row` of the file, says of `handle`.
  void Add(const Handle& handle, const OrderLine& line, uint64_t row);

  size_t size() const { return known_.size(); }
  bool full() const {
    return known_.size() >= kCustomersMax || bytes_ >= kBytesMax;
  }
  struct Customer {
    Handle handle;
    // Who it is, and the latest sale as `sold_at`; INT32_MIN when no row tells
    // one. Everything else is empty. Valid until the table changes.
    OrderLine line;
    uint64_t row = 0;  // the last one that said something new
  };
  // The customer at `index`, in order of first appearance. `scratch` holds
  // what is not in the table as it is delivered.
  Customer At(size_t index, std::string* scratch) const;
  void Clear();

 private:
  static constexpr size_t kFields = 13;
  static constexpr size_t kParts = 6;
  using Fields = std::array<std::string_view, kFields>;
  struct Known {
    Handle handle;
    uint64_t row = 0;
    int32_t latest_sale = INT32_MIN;
    std::array<int32_t, kParts> said_at{};  // hours, as OrderLine::sold_at
    std::array<uint32_t, kFields> ends{};   // of the fields in `text`
    std::string text;
  };

  static Fields FieldsOf(const OrderLine& line);
  static Fields FieldsOf(const Known& known);
  void Store(const Fields& fields, Known* known);
  // 0: what is said of `part` is no identifier; 2: a surname or a whole
  // address; 1: anything else.
  int WeightOf(size_t part, const Fields& fields) const;
  bool Outweighs(size_t part, const Fields& said, const Fields& known,
                 bool newer) const;

  const std::vector<std::string> own_domains_;
  std::vector<Known> known_;
  absl::flat_hash_map<Handle, size_t> index_;
  size_t bytes_ = 0;  // of all texts
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_CUSTOMERS_H_
