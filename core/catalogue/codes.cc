#include "core/catalogue/codes.h"

#include <algorithm>

namespace garderobe {

std::optional<uint8_t> CodeOf(std::span<const std::string_view> list,
                              std::string_view word) {
  const auto found = std::find(list.begin(), list.end(), word);
  if (found == list.end()) return std::nullopt;
  return static_cast<uint8_t>(found - list.begin());
}

}  // namespace garderobe
