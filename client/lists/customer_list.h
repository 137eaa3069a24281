// Own customers by what they did, from an institution's own files, on its own
// machine: who has stayed away, who is nearly a regular, who saw this and not
// that. Nothing of it is delivered.
#ifndef GARDEROBE_CLIENT_LISTS_CUSTOMER_LIST_H_
#define GARDEROBE_CLIENT_LISTS_CUSTOMER_LIST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "client/orders/order_line.h"
#include "core/base/status.h"

namespace garderobe::client {

// What somebody saw: an event, a title that has these words, a genre.
struct SeenRule {
  enum class What : uint8_t { kEvent, kTitle, kGenre };
  What what = What::kEvent;
  std::string value;  // of a title folded, as FoldToAscii
};
// "event:E1", "title:hamlet", "genre:dance" (with its second level); without a
// word before the colon an event. InvalidArgument: nothing behind it, or no
// genre of the list.
[[nodiscard]] absl::StatusOr<SeenRule> ParseSeenRule(std::string_view text);

// Who is on the list: everything has to hold. Days since 2000-01-01. A customer
// was there on a day however many lines the day has.
struct ListRules {
  int32_t from = INT32_MIN, to = INT32_MAX;  // days that are looked at
  uint32_t days_min = 1, days_max = UINT32_MAX;
  int32_t absent_from = INT32_MAX;       // not there on this day or later
  std::vector<SeenRule> seen, not_seen;  // at most 64 in all
};

// The definition of "lapsed": two days or more in the 24 months before
// 1 January of the year, none since. InvalidArgument: no year of 2000 to 2199.
[[nodiscard]] absl::Status AddLapsed(int year, ListRules* rules);

struct ListedCustomer {
  std::string customer_id;
  uint32_t days = 0;  // among those that are looked at
  int32_t first_day = 0, last_day = 0;
};

// Not thread-safe.
class CustomerList {
 public:
  explicit CustomerList(ListRules rules) : rules_(std::move(rules)) {}

  // Customers who do not want to be on any list, by customer number.
  void OptOut(std::string customer_id) {
    opted_out_.insert(std::move(customer_id));
  }
  // A line that was read. Whoever does not share in any line is on no list.
  void Add(const OrderLine& line);

  struct Result {
    std::vector<ListedCustomer> customers;  // last day descending, then number
    uint64_t looked_at = 0;  // customers with a visit that counts
    uint64_t opted_out = 0;  // of those for whom all holds
    // Numbers of OptOut, and how many of them are customers here: where none
    // is, another column was read than the one that was meant.
    uint64_t opt_outs = 0, opt_outs_known = 0;
  };
  Result Find() const;

 private:
  struct History {
    std::vector<int32_t> days;   // that are looked at; may hold one twice
    int32_t latest = INT32_MIN;  // of all
    uint64_t seen = 0;           // a bit a rule: `seen`, then `not_seen`
    bool keeps_to_itself = false;
  };
  uint64_t SeenBy(const OrderLine& line);

  const ListRules rules_;
  absl::flat_hash_set<std::string> opted_out_;
  absl::flat_hash_map<std::string, History> histories_;
  // Of the line before: most lines are of few events.
  std::string last_event_;
  uint64_t last_seen_ = 0;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_LISTS_CUSTOMER_LIST_H_
