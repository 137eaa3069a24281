// One row of an export as the fields of an order line, by a mapping and the
// files that the export is joined with.
#ifndef GARDEROBE_CLIENT_ORDERS_ROW_MAPPER_H_
#define GARDEROBE_CLIENT_ORDERS_ROW_MAPPER_H_

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/mapping/header_plan.h"
#include "client/mapping/mapping.h"
#include "client/orders/header_fit.h"
#include "client/orders/order_line.h"
#include "client/orders/product.h"
#include "client/orders/row_notes.h"

namespace garderobe::client {

// Not thread-safe.
class RowMapper {
 public:
  // `mapping`, `joined` and `rules` outlive it.
  RowMapper(const Mapping& mapping, const std::vector<JoinedFile>& joined,
            HeaderIndex index, const ReadingRules& rules);

  // What the row says, by column; valid until the next Map, and while `row` is.
  // False for a row that is no order line. `row` is as wide as the header.
  bool Map(const TableRow& row, Fields* fields);
  // Whether the last row takes back rows that came before. Its quantity and
  // price are then without their sign.
  bool is_return() const { return is_return_; }
  // For what is found further on.
  RowNotes& notes() { return notes_; }

  const HeaderIndex& index() const { return index_; }
  bool has(Column column) const;
  // What no column of the file says, and the mapping asks.
  const std::vector<size_t>& asked() const { return plan_.asked(); }
  // Columns of the file that are not looked at.
  std::vector<std::string> unused() const;
  // What is odd so far, a sentence each: columns that decide and are not
  // there, values that say nothing, lines that are no visit.
  std::vector<Oddity> oddities() const;
  // Counts anew.
  void ForgetOddities() { notes_ = RowNotes(); }

 private:
  void Keep(size_t target, std::string value);
  bool IsSkipped(const TableRow& row);
  // Whether what was sold is a visit.
  bool IsVisit(std::string_view product);
  void TakeJoined(const TableRow& row);
  void SplitFreeText();
  void TakeWords();
  void DropNothing();
  void MendTexts();
  void DropMisplaced();
  void NoteNames();

  const Mapping& mapping_;
  const std::vector<JoinedFile>& joined_;
  HeaderIndex index_;
  const ReadingRules& rules_;
  HeaderPlan plan_;
  std::vector<std::string> missing_skips_;
  std::vector<std::pair<int, Source::Case>> skip_;
  bool is_return_ = false;
  std::array<std::string_view, kTargetCount> values_;
  std::deque<std::string> scratch_;

  std::map<std::string, Product, std::less<>> products_;  // as they are written
  RowNotes notes_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_ROW_MAPPER_H_
