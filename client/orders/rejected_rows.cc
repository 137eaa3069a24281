#include "client/orders/rejected_rows.h"

#include <algorithm>
#include <filesystem>

#include "client/orders/words.h"
#include "client/tables/table.h"
#include "core/base/files.h"

namespace garderobe::client {

absl::StatusOr<RejectedRows> RejectedRows::Open(std::string path,
                                                std::vector<std::string> header,
                                                char delimiter,
                                                std::string reason_column) {
  if (!path.empty() && std::filesystem::exists(path)) {
    return AlreadyExists("{} exists; existing files are kept", path);
  }
  RejectedRows rows;
  rows.path_ = std::move(path);
  rows.header_ = std::move(header);
  rows.reason_column_ = std::move(reason_column);
  rows.delimiter_ = delimiter == '\0' ? ',' : delimiter;
  return rows;
}

absl::Status RejectedRows::Write(const std::vector<std::string_view>& fields,
                                 std::string_view reason) {
  if (sheet_ != nullptr) {
    std::vector<SheetCell> cells;
    for (std::string_view field : fields) cells.emplace_back(ToUtf8(field));
    cells.emplace_back(std::string(reason));
    return sheet_->AddRow(cells);
  }
  for (std::string_view field : fields) {
    text_ << CsvField(field, delimiter_) << delimiter_;
  }
  text_ << CsvField(reason, delimiter_) << "\n";
  return absl::OkStatus();
}

absl::Status RejectedRows::Add(const std::vector<std::string_view>& fields,
                               std::string_view reason) {
  if (path_.empty()) return absl::OkStatus();
  if (!begun_) {
    begun_ = true;
    // It holds what the file held of people: for its owner only.
    constexpr int kMode = 0600;
    const auto extension = std::filesystem::path(path_).extension();
    if (extension == ".xlsx" || extension == ".XLSX") {
      GARDEROBE_ASSIGN_OR_RETURN(
          sheet_, SpreadsheetWriter::Create(path_, "rejected", kMode));
    } else {
      GARDEROBE_RETURN_IF_ERROR(CreateFile(path_, "", kMode));
      text_.open(path_);
      if (!text_) return Unavailable("cannot write {}", path_);
    }
    GARDEROBE_RETURN_IF_ERROR(
        Write({header_.begin(), header_.end()}, reason_column_));
  }
  return Write(fields, reason);
}

RejectedRows::~RejectedRows() {
  if (!text_.is_open()) return;
  text_.close();
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

absl::Status RejectedRows::Close() {
  if (sheet_ != nullptr) return sheet_->Close();
  if (!text_.is_open()) return absl::OkStatus();
  if (!text_.flush()) {
    return Unavailable("cannot write {}; is the disk full?", path_);
  }
  text_.close();
  return absl::OkStatus();
}

}  // namespace garderobe::client
