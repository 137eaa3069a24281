// Deliveries with a known truth, as the vault would get them: files go through
// the client's normalisation. Tokens are hashes here instead of points: two
// agree when their values do, as points would, and linking looks at nothing
// else.
#ifndef GARDEROBE_BENCH_TRUTH_DELIVERED_H_
#define GARDEROBE_BENCH_TRUTH_DELIVERED_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "vault/link/linker.h"

namespace garderobe::bench {

struct Who {
  std::string institution, customer;
  std::string person, household;  // of the truth; a household may be unknown
};

struct Delivered {
  std::vector<vault::LinkRow> rows;  // in the order of the files
  std::map<std::string, Who> who;    // by handle
};

// Adds the customers of a file of orders in the default columns, each as often
// as what is shown of it changes. The institution is the file's name.
[[nodiscard]] absl::Status ReadOrders(const std::string& path, Delivered* data);
// Adds the lines of institution,customer_id,person[,household], with a header.
[[nodiscard]] absl::Status ReadTruth(const std::string& path, Delivered* data);

// Links the rows in batches, only the tokens of `kinds`, a bit each.
[[nodiscard]] absl::Status LinkAll(const Delivered& data, uint32_t kinds,
                                   vault::Linker& linker);

}  // namespace garderobe::bench

#endif  // GARDEROBE_BENCH_TRUTH_DELIVERED_H_
