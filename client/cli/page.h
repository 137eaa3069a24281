// An answer, and the one place that prints it: as text for people, as JSON, as
// CSV, or into a file, whatever the command was asked for.
#ifndef GARDEROBE_CLIENT_CLI_PAGE_H_
#define GARDEROBE_CLIENT_CLI_PAGE_H_

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/tables/spreadsheet_writer.h"
#include "core/base/status.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {

// How an answer is asked for: options of every command.
struct PageForm {
  bool json = false;     // one object on standard output (docs/json.md)
  bool csv = false;      // the table, on standard output
  std::string out = {};  // the table, into a new file: .xlsx or .csv

  // Whether the answer is for another program.
  bool as_table() const { return csv || !out.empty(); }
};

// A table with what is said below it; or sentences alone. Not thread-safe.
class Page {
 public:
  // One column at least.
  static Page Table(std::vector<std::string> columns);
  // An answer that is no table: for other programs it is one of the object's
  // fields and values.
  Page(nlohmann::json json, std::string text);

  // The object of --json. Its shape stays as it is, whatever the table has.
  nlohmann::json json;

  // A row of the table, as wide as the columns. Numbers stand right. A column
  // with a fraction anywhere has two decimals everywhere.
  void Add(std::vector<SheetCell> row);
  // A line that only people see, below the last row.
  void Note(std::string line);
  // A line below the table, for people.
  void Say(std::string line);
  // Keeps a column from people: what only programs look up.
  void Hide(std::string column) { hidden_.insert(std::move(column)); }
  // What people see in place of the table.
  void ShowInstead(std::string text) { instead_ = std::move(text); }
  size_t rows() const { return rows_.size(); }

  // What people see; each line ends with a newline.
  std::string Text() const;
  // What other programs get, the names of columns first.
  std::vector<std::vector<SheetCell>> Cells() const;

 private:
  Page() = default;
  struct Row {
    std::vector<SheetCell> cells;
    std::vector<std::string> notes;
  };
  std::vector<std::string> columns_;
  std::vector<Row> rows_;
  std::vector<std::string> below_;
  std::optional<std::string> instead_;
  std::set<std::string> hidden_;
};

// Prints the page on standard output, or writes its table to `form.out`; --json
// comes first. InvalidArgument: `form.out` ends in neither .xlsx nor .csv.
// AlreadyExists: the file is there, and
// is kept. Unavailable: it can't be written.
[[nodiscard]] absl::Status Print(const PageForm& form, const Page& page);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CLI_PAGE_H_
