#include "client/agent/intake.h"

#include <memory>
#include <utility>

#include "client/agent/row_table.h"
#include "client/orders/order_file.h"

namespace garderobe::client {
namespace {

// Refuses those rows that say no order line, with the reasons of a file.
absl::Status CheckRows(const Mapping& mapping, std::vector<AgentRow>& rows,
                       std::vector<std::string>* oddities) {
  size_t at = 0;
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto file,
      OrderFile::Over(
          std::make_unique<RowTable>([&]() -> absl::StatusOr<RowTable::Next> {
            if (at == rows.size()) return RowTable::Next();
            const AgentRow& row = rows[at++];
            return RowTable::Next{&row, at};
          }),
          mapping));
  OrderFile::Row read;
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, file->Read(&read));
    if (!more) break;
    AgentRow& row = rows[read.line - 1];
    if (read.passed_over) {
      row.Refuse("", std::string(kNoVisitRow));
    } else if (read.refusal) {
      row.Refuse(read.refusal->column, read.refusal->reason);
    }
  }
  *oddities = file->oddities();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Taken> TakeRows(const Mapping& mapping,
                               std::vector<AgentRow> rows,
                               InstitutionQueue& queue) {
  Taken taken;
  GARDEROBE_RETURN_IF_ERROR(CheckRows(mapping, rows, &taken.oddities));
  taken.rows = rows.size();
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].reason.empty()) continue;
    taken.reasons.push_back({i, rows[i].column, rows[i].reason});
  }
  taken.refused = taken.reasons.size();
  GARDEROBE_ASSIGN_OR_RETURN(taken.first_row,
                             queue.spool().Append(std::move(rows)));
  for (Refusal& one : taken.reasons) one.line += taken.first_row;
  return taken;
}

}  // namespace garderobe::client
