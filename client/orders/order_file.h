// An export as a stream of order lines: a table, a mapping, and the files that
// it is joined with.
#ifndef GARDEROBE_CLIENT_ORDERS_ORDER_FILE_H_
#define GARDEROBE_CLIENT_ORDERS_ORDER_FILE_H_

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/mapping/mapping.h"
#include "client/mapping/order_book.h"
#include "client/orders/header_fit.h"
#include "client/orders/order_line.h"
#include "client/orders/row_mapper.h"
#include "client/tables/table.h"

namespace garderobe::client {

struct OrderFileOptions {
  std::string file;
  std::string mapping = "default";  // of FindMapping
  // Paths of joined files, by name.
  std::map<std::string, std::string> with = {};
  // What columns say in every row, by name, whatever the mapping says.
  std::map<std::string, std::string> set = {};
};

// Not thread-safe.
class OrderFile {
 public:
  struct Row {
    uint64_t line = 0;
    // Not an order line, by the mapping: totals, unpaid orders.
    bool passed_over = false;
    std::optional<Refusal> refusal;
    OrderLine order;  // when neither; valid until the next Read
  };

  // Errors of FindMapping, OpenTable and JoinedTable::Load. InvalidArgument:
  // the mapping does not fit; says which column is missing and what is there.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<OrderFile>> Open(
      const OrderFileOptions& options);

  // The same of rows that stand in no file of their own, by a mapping without
  // joins. Errors of Open that concern the mapping.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<OrderFile>> Over(
      std::unique_ptr<TableReader> table, Mapping mapping);

  // False at the end. One row of the file may say several order lines.
  // Unavailable: a read error.
  [[nodiscard]] absl::StatusOr<bool> Read(Row* row);

  // The row as it stands in the file, of the last Read.
  const TableRow& raw() const { return raw_; }
  // By column, of the last Read; empty for a row that is not readable.
  const Fields& fields() const { return fields_; }

  const Mapping& mapping() const { return mapping_; }
  const std::vector<std::string>& header() const {
    return mapper_->index().names();
  }
  bool has(Column column) const { return mapper_->has(column); }
  // Columns of the file that are not looked at.
  std::vector<std::string> unused() const { return mapper_->unused(); }
  // What is odd about the file, its mapping and joined files, as far as they
  // are read; a sentence each.
  std::vector<Oddity> oddities() const;
  // Counts anew, for rows that come in pieces.
  void ForgetOddities() {
    mapper_->ForgetOddities();
    rules_.dates.ForgetOddities();
  }
  char delimiter() const { return reader_->delimiter(); }
  uint64_t header_line() const { return header_line_; }
  uint64_t bytes_read() const { return reader_->bytes_read(); }
  uint64_t bytes_total() const { return reader_->bytes_total(); }
  // Changes when the mapping or a joined file does, 16 bytes: what was sent of
  // the same file before may not be what is sent now.
  [[nodiscard]] absl::StatusOr<std::string> Digest() const;

 private:
  OrderFile() = default;
  // Once mapping, table and joins are there.
  [[nodiscard]] absl::Status Begin();
  [[nodiscard]] absl::Status LoadJoins(const OrderFileOptions& options);
  [[nodiscard]] absl::Status TakeSet(const OrderFileOptions& options);
  // Notes words of closed lists that no list knows.
  void NoteWords(const Row& row);
  bool Finish(Row* row);

  OrderFileOptions options_;
  Mapping mapping_;
  ReadingRules rules_;
  std::unique_ptr<TableReader> reader_;
  uint64_t header_line_ = 0;
  std::vector<JoinedFile> joined_;
  std::unique_ptr<RowMapper> mapper_;
  TableRow raw_;
  Fields fields_;
  std::string last_country_;  // as it was written in the row before
  bool country_known_ = true;
  std::deque<std::string> taken_back_;  // ids of lines, of the last return
  OrderBook book_;
  std::deque<Row> pending_;  // of a return
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_ORDER_FILE_H_
