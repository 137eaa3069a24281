// A second file whose rows belong to rows of the first: customers, events,
// cancelled seats. Held in memory: some 100 bytes a row and what is used of it.
#ifndef GARDEROBE_CLIENT_MAPPING_JOINED_TABLE_H_
#define GARDEROBE_CLIENT_MAPPING_JOINED_TABLE_H_

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client/mapping/header_plan.h"

namespace garderobe::client {

// Reads rows until one has what `fits` asks for; that one's index is in
// `index`. Looks at the first 30 rows, or at line `at_line` alone.
// InvalidArgument: `misfit` of the row with the most columns.
struct HeaderSearch {
  size_t at_line = 0;  // 0: any
  std::function<bool(const HeaderIndex&)> fits;
  std::function<absl::Status(const HeaderIndex&, uint64_t line)> misfit;
};
[[nodiscard]] absl::StatusOr<HeaderIndex> FindHeader(TableReader& reader,
                                                     const HeaderSearch& search,
                                                     TableRow* row);

class JoinedTable {
 public:
  using Values = std::array<std::string, kTargetCount>;

  // Errors of OpenTable; InvalidArgument: a column of the key is not there.
  [[nodiscard]] static absl::StatusOr<JoinedTable> Load(
      const Join& join, const std::string& path);

  // Null when no row has this key. The last row of a key counts.
  const Values* Find(const std::string& key) const;
  bool has(size_t target) const { return plan_->has(target); }
  uint64_t rows() const { return rows_; }
  // Rows that can't be read: too few or too many fields, an open quote.
  uint64_t faulty_rows() const { return faulty_rows_; }

  // The key of a row whose fields stand at `indexes`; empty when one of them
  // is.
  static std::string KeyOf(const TableRow& row,
                           const std::vector<int>& indexes);

 private:
  JoinedTable() = default;
  absl::flat_hash_map<std::string, std::unique_ptr<Values>> by_key_;
  std::unique_ptr<HeaderPlan> plan_;
  uint64_t rows_ = 0, faulty_rows_ = 0;
};

// "line 3 has: Naam, Datum, ..."; at most 40 of them.
std::string HeadersSeen(const HeaderIndex& index, uint64_t line);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_MAPPING_JOINED_TABLE_H_
