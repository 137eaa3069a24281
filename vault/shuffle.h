// A random order: as they stand, lists would tell what belongs to what.
#ifndef GARDEROBE_VAULT_SHUFFLE_H_
#define GARDEROBE_VAULT_SHUFFLE_H_

#include <sodium.h>

#include <utility>
#include <vector>

namespace garderobe::vault {

template <typename T>
void Shuffle(std::vector<T>& list) {
  for (size_t i = list.size(); i > 1; --i) {
    std::swap(list[i - 1], list[randombytes_uniform(static_cast<uint32_t>(i))]);
  }
}

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_SHUFFLE_H_
