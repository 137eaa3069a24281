// Reads delimited text row by row in constant memory, whatever the file's
// size. Our own because a well-kept reader that streams, counts lines inside
// quotes, goes on after a broken quote and reaches the speed of a delivery is
// not in Debian.
//
// RFC 4180, and what box offices make of it: , ; tab or | as separator, LF,
// CRLF or both mixed, a byte-order mark, quotes in the middle of a field. A
// quote that swallows the lines after it costs its own line only.
#ifndef GARDEROBE_CLIENT_CSV_READER_H_
#define GARDEROBE_CLIENT_CSV_READER_H_

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace garderobe::client {

struct CsvRow {
  uint64_t line = 0;  // where it begins, from 1
  // Valid until the next Read. Bytes as they stand in the file.
  std::vector<std::string_view> fields;
  // Not empty: the row can't be read (QUOTE_UNBALANCED, ROW_TOO_LONG). `fields`
  // then holds the whole line as one, or nothing when it is too long, and
  // reading goes on at the next line.
  std::string_view fault;
};

class CsvReader {
 public:
  static constexpr size_t kRowBytesMax = 1 << 20;

  // NotFound: can't be opened. InvalidArgument: empty, or not text (UTF-16,
  // a spreadsheet, binary); one sentence says what was found.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<CsvReader>> Open(
      const std::string& path);
  // Over bytes in memory, for tests and fuzzing.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<CsvReader>> OverText(
      std::string text);
  ~CsvReader();

  // False at the end. Empty lines are passed over. Unavailable: a read error.
  [[nodiscard]] absl::StatusOr<bool> Read(CsvRow* row);

  char delimiter() const { return delimiter_; }
  uint64_t bytes_read() const { return consumed_; }
  uint64_t bytes_total() const { return total_; }  // 0 when unknown

 private:
  CsvReader() = default;
  [[nodiscard]] absl::Status Begin();
  [[nodiscard]] absl::StatusOr<bool> Fill();
  // The end of the row that begins at `at_`; npos when the buffer ends first.
  // `unbalanced`: inside quotes there.
  size_t FindRowEnd(bool at_end, bool* unbalanced) const;
  // False: something stands between a closing quote and the separator.
  bool Split(size_t begin, size_t end, CsvRow* row);
  // Gives up the line that begins at `at_`, whatever it holds.
  [[nodiscard]] absl::Status SkipLine(std::string_view fault, CsvRow* row);

  std::FILE* file_ = nullptr;
  std::string buffer_;
  size_t at_ = 0;  // next byte to parse
  bool eof_ = false;
  uint64_t line_ = 1;
  size_t width_ = 0;  // fields of the first row, 0 before it is read
  uint64_t consumed_ = 0, total_ = 0;
  char delimiter_ = ',';
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CSV_READER_H_
