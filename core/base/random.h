// Random orders, so that the position in a list reveals nothing.
#ifndef GARDEROBE_CORE_BASE_RANDOM_H_
#define GARDEROBE_CORE_BASE_RANDOM_H_

#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace garderobe {

// Shuffles `list` uniformly (Fisher-Yates). At most 2^32-1 elements.
template <typename T>
void Shuffle(std::vector<T>& list) {
  for (size_t i = list.size(); i > 1; --i) {
    std::swap(list[i - 1], list[randombytes_uniform(static_cast<uint32_t>(i))]);
  }
}

// Returns the numbers 0 to `count` - 1, shuffled.
inline std::vector<size_t> RandomOrder(size_t count) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  Shuffle(order);
  return order;
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_RANDOM_H_
