// A row as a deliverer hands it to the agent: texts by name, or why it is not
// delivered.
#ifndef GARDEROBE_CLIENT_AGENT_AGENT_ROW_H_
#define GARDEROBE_CLIENT_AGENT_AGENT_ROW_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/mapping/mapping.h"

namespace garderobe::client {

// What a row may say: the columns of order lines, and last the product.
inline constexpr size_t kRowFields = kColumnCount + 1;
// The name of a field, as the mapping `default` calls its column.
std::string_view RowFieldName(size_t field);
std::optional<size_t> RowFieldOf(std::string_view name);

struct AgentRow {
  std::array<std::string, kRowFields> fields;  // UTF-8; empty: says nothing
  // Not empty: the row is not delivered, for a reason of docs/agent.md, and
  // `fields` are empty.
  std::string reason;
  std::string column;  // with a reason: what it concerns; empty: all of the row

  // Drops what the row says.
  void Refuse(std::string of_column, std::string why) {
    fields = {};
    column = std::move(of_column);
    reason = std::move(why);
  }
};

// Lines that are no visit, by product or status: counted, and not delivered.
inline constexpr std::string_view kNoVisitRow = "NO_VISIT";

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_AGENT_ROW_H_
