// Which column of a file is which of ours, by its header and its values.
#ifndef GARDEROBE_CLIENT_MAPPING_COLUMN_MATCH_H_
#define GARDEROBE_CLIENT_MAPPING_COLUMN_MATCH_H_

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "client/mapping/column_names.h"
#include "client/mapping/column_profile.h"
#include "client/mapping/mapping.h"
#include "client/orders/words.h"

namespace garderobe::client {

struct MatchedColumn {
  size_t column;
  std::string why;
};

// Columns by their places in the file; targets as in Mapping::columns.
struct ColumnMatch {
  std::array<std::optional<MatchedColumn>, kTargetCount> found;
  // A date's time, where it has a column of its own.
  std::array<std::optional<size_t>, kTargetCount> times;
  std::optional<size_t> particle;  // van, de, of a surname
  std::optional<size_t> seat_row;  // where a seat numbers the lines: its row
  std::vector<bool> used;          // by column
};

ColumnMatch MatchColumns(const std::vector<ColumnNames>& names,
                         const std::vector<ColumnProfile>& columns);

constexpr size_t TargetOf(Column column) { return static_cast<size_t>(column); }
// Of the targets that hold words: status, channel, genre.
WordList WordListOf(size_t target);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_MAPPING_COLUMN_MATCH_H_
