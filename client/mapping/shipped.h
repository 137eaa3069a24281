// The mappings of client/mapping/shipped/, compiled in.
#ifndef GARDEROBE_CLIENT_MAPPING_SHIPPED_H_
#define GARDEROBE_CLIENT_MAPPING_SHIPPED_H_

#include <span>
#include <string_view>

namespace garderobe::client {

struct ShippedMapping {
  std::string_view name;  // the file's, without .yaml
  std::string_view text;
};
// In order of name, `default` first.
std::span<const ShippedMapping> ShippedMappingTexts();

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_MAPPING_SHIPPED_H_
