// Rows that were refused, or have something to mend, written out as they stood,
// to be mended and sent by themselves.
#ifndef GARDEROBE_CLIENT_ORDERS_REJECTED_ROWS_H_
#define GARDEROBE_CLIENT_ORDERS_REJECTED_ROWS_H_

#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/tables/spreadsheet_writer.h"

namespace garderobe::client {

// A file that is made when there is something to write, for its owner only.
// Not thread-safe.
class RejectedRows {
 public:
  RejectedRows(RejectedRows&&) = default;
  // Leaves no file when it was not closed: half a list would be taken for all
  // of it, and be in the way.
  ~RejectedRows();

  // `path`: empty for nowhere; XLSX when it ends so, CSV otherwise.
  // AlreadyExists: the file is there, and is kept.
  [[nodiscard]] static absl::StatusOr<RejectedRows> Open(
      std::string path, std::vector<std::string> header, char delimiter,
      std::string reason_column = "rejected_because");

  // With a last column, `reason_column`, that says why. Unavailable: it can't
  // be written.
  [[nodiscard]] absl::Status Add(const std::vector<std::string_view>& fields,
                                 std::string_view reason);
  [[nodiscard]] absl::Status Close();

 private:
  RejectedRows() = default;
  [[nodiscard]] absl::Status Write(const std::vector<std::string_view>& fields,
                                   std::string_view reason);

  std::string path_;
  std::vector<std::string> header_;
  std::string reason_column_;
  char delimiter_ = ',';
  bool begun_ = false;
  std::ofstream text_;
  std::unique_ptr<SpreadsheetWriter> sheet_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_REJECTED_ROWS_H_
