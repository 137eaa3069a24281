// Rows in JSON, as vendors' software sends them: strict about types, so that
// nothing is believed that a number format has made of an identifier.
#ifndef GARDEROBE_CLIENT_AGENT_JSON_ROWS_H_
#define GARDEROBE_CLIENT_AGENT_JSON_ROWS_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "client/agent/agent_row.h"
#include "core/base/status.h"

namespace garderobe::client {

// Rows of one request.
inline constexpr size_t kRequestRowsMax = 10'000;

// Reads `[{...}, ...]` or `{"rows": [{...}, ...]}`. A row that can't be taken
// is refused by its field, and the others are kept:
// - FIELD_UNKNOWN, FIELD_REPEATED: its name, where it looks like one;
// - FIELD_TYPE: a list or an object; a number where zeros at the front count
//   (phone, postcode, pass), for a date, or beyond 2^53, where other parsers
//   round; true and false for anything but `share`;
// - DATE_NOT_ISO: a date or time of another form than ISO 8601's;
// - ROW_NOT_AN_OBJECT, ROW_EMPTY.
// InvalidArgument: not JSON, with the byte where it ends to be, or another
// shape. ResourceExhausted: more than kRequestRowsMax rows.
[[nodiscard]] absl::StatusOr<std::vector<AgentRow>> ReadJsonRows(
    std::string_view text);

// The same of one object a line; empty lines are passed over. A line that is no
// JSON is refused as LINE_NOT_JSON, and the others are kept.
[[nodiscard]] absl::StatusOr<std::vector<AgentRow>> ReadNdjsonRows(
    std::string_view text);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_JSON_ROWS_H_
