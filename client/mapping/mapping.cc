#include "client/mapping/mapping.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <span>

#include "client/mapping/shipped.h"
#include "core/base/nearest.h"

namespace garderobe::client {

std::string_view TargetName(size_t target) {
  switch (target) {
    case kFullName:
      return "full_name";
    case kAddressLine:
      return "address_line";
    case kPriceEach:
      return "price_each";
    case kProduct:
      return "product";
    default:
      return ColumnName(static_cast<Column>(target));
  }
}

std::vector<std::string> ShippedMappings() {
  std::vector<std::string> names;
  for (const ShippedMapping& one : ShippedMappingTexts()) {
    names.emplace_back(one.name);
  }
  return names;
}

absl::StatusOr<Mapping> FindMapping(const std::string& name) {
  for (const ShippedMapping& one : ShippedMappingTexts()) {
    if (one.name == name) return ParseMapping(name, std::string(one.text));
  }
  if (name.find_first_of("/.") == name.npos) {
    return NotFound(
        "there is no mapping {}; nearest: {} (`garderobe mapping list` names "
        "all; a file of your own has a `.` or `/` in its name)",
        name, Nearest(name, ShippedMappings()));
  }
  std::ifstream in(name, std::ios::binary);
  if (!in || std::filesystem::is_directory(name)) {
    return NotFound("cannot open the mapping {}", name);
  }
  return ParseMapping(name,
                      std::string(std::istreambuf_iterator<char>(in), {}));
}

}  // namespace garderobe::client
