#include "client/agent/agent_row.h"

namespace garderobe::client {

std::string_view RowFieldName(size_t field) {
  return TargetName(field < kColumnCount ? field : kProduct);
}

std::optional<size_t> RowFieldOf(std::string_view name) {
  for (size_t field = 0; field < kRowFields; ++field) {
    if (RowFieldName(field) == name) return field;
  }
  return std::nullopt;
}

}  // namespace garderobe::client
