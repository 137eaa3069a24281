// A random order: as they stand, lists would tell what belongs to what.
#ifndef GARDEROBE_CORE_BASE_RANDOM_H_
#define GARDEROBE_CORE_BASE_RANDOM_H_

#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace garderobe {

// Brings `list` into an order that nobody can foresee; every order is equally
// likely (Fisher-Yates).
template <typename T>
void Shuffle(std::vector<T>& list) {
  for (size_t i = list.size(); i > 1; --i) {
    std::swap(list[i - 1], list[randombytes_uniform(static_cast<uint32_t>(i))]);
  }
}

// Returns the numbers 0 to `count` - 1 in such an order.
inline std::vector<size_t> RandomOrder(size_t count) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  Shuffle(order);
  return order;
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_RANDOM_H_
