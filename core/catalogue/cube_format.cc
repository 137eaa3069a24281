#include "core/catalogue/cube_format.h"

#include <sodium.h>

namespace garderobe {
std::string CellId(std::string_view template_name, std::string_view period,
                   std::string_view population, std::string_view dimension) {
  std::string id =
      fmt::format("v1;{};{};{}", template_name, period, population);
  if (!dimension.empty()) {
    id.push_back(';');
    id += dimension;
  }
  return id;
}

std::string PopulationOfCell(std::string_view population) {
  std::string result(population);
  if (const size_t colon = result.find(':'); colon != result.npos) {
    result[colon] = '=';
  }
  return result;
}

std::string CanonicalLine(std::string_view cell, std::string_view measure,
                          int64_t value, std::string_view mark) {
  return fmt::format("{} {} {} {}\n", cell, measure,
                     mark == "p" || mark == "n" ? "-" : std::to_string(value),
                     mark.empty() ? "-" : mark);
}

std::string MembersHash(const std::vector<std::string>& members) {
  std::string text;
  for (const std::string& id : members) text += id + "\n";
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<uint8_t*>(hash.data()),
                     AsBytes(text).data(), text.size());
  return hash;
}

int64_t RoundForRelease(int64_t count) {
  int64_t step = 5;
  if (count >= 1000) step = 10;
  for (int64_t limit = 10000; count >= limit; limit *= 10) step = limit / 100;
  return (count + step / 2) / step * step;
}

}  // namespace garderobe
