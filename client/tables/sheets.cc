#include "client/tables/sheets.h"

#include <cmath>

#include "spdlog/fmt/fmt.h"

namespace garderobe::client {

std::string NumberText(double value) {
  if (std::abs(value) < 1e15 && value == std::floor(value)) {
    return fmt::format("{:.0f}", value);
  }
  // As spreadsheets show what they have rounded, and as it is recognised.
  return fmt::format("{:.15G}", value);
}

}  // namespace garderobe::client
