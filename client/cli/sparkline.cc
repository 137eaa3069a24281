#include "client/cli/sparkline.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace garderobe::client {
namespace {

constexpr size_t kWidthMax = 80;
constexpr std::array<std::string_view, 8> kBars = {"▁", "▂", "▃", "▄",
                                                   "▅", "▆", "▇", "█"};

}  // namespace

std::string Sparkline(const std::vector<int64_t>& numbers) {
  const size_t together = (numbers.size() + kWidthMax - 1) / kWidthMax;
  std::vector<int64_t> sums;
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (i % together == 0) sums.push_back(0);
    sums.back() += std::max<int64_t>(numbers[i], 0);
  }
  const int64_t most =
      sums.empty() ? 0 : *std::max_element(sums.begin(), sums.end());
  std::string line;
  for (const int64_t sum : sums) {
    const auto height =
        most == 0 ? 0
                  : static_cast<size_t>(
                        (static_cast<double>(sum) / static_cast<double>(most)) *
                        7.999);
    line += kBars[height];
  }
  return line;
}

}  // namespace garderobe::client
