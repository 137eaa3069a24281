// Rows in memory as a table that order lines are read from, so that a row in
// JSON means what the same row of a file means.
#ifndef GARDEROBE_CLIENT_AGENT_ROW_TABLE_H_
#define GARDEROBE_CLIENT_AGENT_ROW_TABLE_H_

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "client/agent/agent_row.h"
#include "client/tables/table.h"

namespace garderobe::client {

// The names of all fields first, then the rows, those with a reason left out.
// Not thread-safe.
class RowTable final : public TableReader {
 public:
  // A row and its number, from 1. The row is valid until the next call.
  struct Next {
    const AgentRow* row = nullptr;  // null at the end
    uint64_t number = 0;
  };
  using Source = std::function<absl::StatusOr<Next>()>;
  explicit RowTable(Source source) : source_(std::move(source)) {}

  absl::StatusOr<bool> Read(TableRow* row) override {
    row->fault = {};
    row->numbers.clear();
    row->fields.assign(kRowFields, {});
    if (!has_names_) {
      has_names_ = true;
      for (size_t i = 0; i < kRowFields; ++i) row->fields[i] = RowFieldName(i);
      row->line = 0;
      return true;
    }
    for (;;) {
      GARDEROBE_ASSIGN_OR_RETURN(const Next next, source_());
      if (next.row == nullptr) return false;
      if (!next.row->reason.empty()) continue;
      for (size_t i = 0; i < kRowFields; ++i) {
        row->fields[i] = next.row->fields[i];
      }
      row->line = next.number;
      return true;
    }
  }
  void ExpectWidth(size_t /*columns*/) override {}
  char delimiter() const override { return ','; }
  uint64_t bytes_read() const override { return 0; }
  uint64_t bytes_total() const override { return 0; }

 private:
  Source source_;
  bool has_names_ = false;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_ROW_TABLE_H_
