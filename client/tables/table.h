// Rows of a file, whatever its format: delimited text or a spreadsheet.
#ifndef GARDEROBE_CLIENT_TABLES_TABLE_H_
#define GARDEROBE_CLIENT_TABLES_TABLE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/tables/oddity.h"
#include "client/tables/text_decoder.h"
#include "core/base/status.h"

namespace garderobe::client {

struct TableRow {
  uint64_t line = 0;  // where it begins, from 1
  // Valid until the next Read. Bytes as they stand in the file.
  std::vector<std::string_view> fields;
  // Not empty: the row can't be read (QUOTE_UNBALANCED, ROW_TOO_LONG). `fields`
  // then holds the whole line as one, or nothing when it is too long, and
  // reading goes on at the next line.
  std::string_view fault;
  // Of a spreadsheet: which cells are numbers. Empty for text.
  std::vector<bool> numbers;
};

// Not thread-safe.
class TableReader {
 public:
  virtual ~TableReader() = default;

  // False at the end. Empty lines are passed over. Unavailable: a read error.
  [[nodiscard]] virtual absl::StatusOr<bool> Read(TableRow* row) = 0;

  // How many fields the header has, once it is found: what a row over several
  // lines is held against.
  virtual void ExpectWidth(size_t columns) = 0;

  // What the last field of the header ends with and no name does: separators of
  // another kind, which a program put behind every line. Dropped from the last
  // field of each row.
  virtual void DropAtEnd(std::string /*separators*/) {}

  // '\0' for a spreadsheet.
  virtual char delimiter() const = 0;
  virtual uint64_t bytes_read() const = 0;
  virtual uint64_t bytes_total() const = 0;  // 0 when unknown

  // What is odd about the rows so far, a sentence each: those that are hidden,
  // sheets that are not read.
  virtual std::vector<Oddity> oddities() const { return {}; }
};

struct TableOptions {
  char delimiter = '\0';  // '\0': the one that the first lines agree on
  std::string sheet;      // of a spreadsheet; empty: each of them, in order
  Encoding encoding = Encoding::kAuto;
};

// By what the file holds, whatever it is called. Errors as of CsvReader::Open
// and OpenSpreadsheet.
[[nodiscard]] absl::StatusOr<std::unique_ptr<TableReader>> OpenTable(
    const std::string& path, const TableOptions& options);

// BLAKE2b-256 of a file's bytes, hex. NotFound: it can't be read.
[[nodiscard]] absl::StatusOr<std::string> DigestOfFile(const std::string& path);

// A field for delimited text, in quotes where it needs them.
std::string CsvField(std::string_view field, char delimiter);

// "';'", "tabs" or "a spreadsheet's cells".
std::string DelimiterName(char delimiter);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_TABLE_H_
