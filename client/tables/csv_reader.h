// Reads delimited text row by row in constant memory, whatever the file's
// size. Our own because a well-kept reader that streams, counts lines inside
// quotes, goes on after a broken quote and reaches the speed of a delivery is
// not in Debian.
//
// RFC 4180, and what box offices make of it: , ; tab or | as separator, LF,
// CRLF or both mixed, a byte-order mark, a first line `sep=;`, quotes in the
// middle of a field. A quote that swallows the lines after it costs its own
// line only.
#ifndef GARDEROBE_CLIENT_TABLES_CSV_READER_H_
#define GARDEROBE_CLIENT_TABLES_CSV_READER_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "client/tables/byte_source.h"
#include "client/tables/table.h"
#include "client/tables/text_decoder.h"

namespace garderobe::client {

class CsvReader : public TableReader {
 public:
  static constexpr size_t kRowBytesMax = 1 << 20;

  // `delimiter`: '\0' for the one that the first lines agree on.
  // NotFound: can't be opened. InvalidArgument: empty, or not text (an old
  // spreadsheet, a web page, binary); one sentence says what was found. UTF-16
  // is read as what it says.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<CsvReader>> Open(
      const std::string& path, char delimiter = '\0',
      Encoding encoding = Encoding::kAuto);
  // Over the only file of a ZIP archive. Errors also of OpenZipped.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<CsvReader>> OpenPacked(
      const std::string& path, char delimiter = '\0',
      Encoding encoding = Encoding::kAuto);
  // Over bytes in memory, for tests and fuzzing.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<CsvReader>> OverText(
      std::string text);

  [[nodiscard]] absl::StatusOr<bool> Read(TableRow* row) override;
  void ExpectWidth(size_t columns) override { width_ = columns; }
  void DropAtEnd(std::string separators) override {
    at_end_ = std::move(separators);
  }
  char delimiter() const override { return delimiter_; }
  uint64_t bytes_read() const override {
    return total_ == 0 ? consumed_ : std::min(consumed_, total_);
  }
  uint64_t bytes_total() const override { return total_; }

 private:
  CsvReader() = default;
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<CsvReader>> Over(
      absl::StatusOr<std::unique_ptr<ByteSource>> source,
      const std::string& path, char delimiter, Encoding encoding);
  [[nodiscard]] absl::Status Begin();
  [[nodiscard]] absl::StatusOr<bool> Fill();
  // The end of the row that begins at `at_`; npos when the buffer ends first.
  // `unbalanced`: inside quotes there.
  size_t FindRowEnd(bool at_end, bool* unbalanced) const;
  // False: something stands between a closing quote and the separator.
  bool Split(size_t begin, size_t end, TableRow* row);
  // Gives up the line that begins at `at_`, whatever it holds.
  [[nodiscard]] absl::Status SkipLine(std::string_view fault, TableRow* row);

  std::unique_ptr<ByteSource> source_;
  std::string buffer_;
  size_t at_ = 0;  // next byte to parse
  bool eof_ = false;
  uint64_t line_ = 1;
  size_t width_ = 0;  // fields of the header, 0 before it is known
  uint64_t consumed_ = 0, total_ = 0;
  char delimiter_ = '\0';  // '\0': not known yet
  std::string at_end_;     // what is dropped from the last field of each row
  TextDecoder decoder_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_CSV_READER_H_
