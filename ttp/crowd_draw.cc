#include "ttp/crowd_draw.h"

#include "core/base/random.h"

namespace garderobe::ttp {
namespace {

bool StaysBehind() { return randombytes_uniform(4) == 0; }

}  // namespace

std::vector<bool> DrawCrowd(const std::vector<bool>& is_due, size_t rows_max) {
  // Who leaves is drawn from all that wait, not from those that came first.
  const std::vector<size_t> order = RandomOrder(is_due.size());
  std::vector<bool> leaves(is_due.size());
  size_t count = 0;
  // First those that must, then as many of the others as fit.
  for (const bool must : {true, false}) {
    for (const size_t at : order) {
      if (count == rows_max) break;
      if (is_due[at] != must || leaves[at]) continue;
      if (!must && StaysBehind()) continue;
      leaves[at] = true;
      ++count;
    }
  }
  return leaves;
}

}  // namespace garderobe::ttp
