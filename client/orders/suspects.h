// What looks wrong over all rows of a file, though each row can be delivered:
// one customer with nearly all lines, many people at one e-mail address.
#ifndef GARDEROBE_CLIENT_ORDERS_SUSPECTS_H_
#define GARDEROBE_CLIENT_ORDERS_SUSPECTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client/tables/oddity.h"

namespace garderobe::client {

// Not thread-safe. Some 50 bytes a customer. Holds no value, only hashes.
class Suspects {
 public:
  // A line of the customer of this number.
  void AddLine(std::string_view customer);
  // The normal forms of one customer's e-mail address and surname, empty where
  // there is none; once is enough.
  void AddName(std::string_view email, std::string_view surname);

  uint64_t customers() const { return lines_.size(); }
  // A sentence each.
  std::vector<Oddity> Oddities() const;

 private:
  // Surnames at one address: two of them, and whether there are more.
  struct Names {
    uint32_t first = 0, second = 0;
    bool more = false;
  };
  absl::flat_hash_map<uint64_t, uint32_t> lines_;
  absl::flat_hash_map<uint64_t, Names> names_;
  uint64_t all_ = 0;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_SUSPECTS_H_
