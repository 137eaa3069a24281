#include "client/rejected_rows.h"

#include <filesystem>

#include "client/tables/table.h"
#include "client/words.h"
#include "core/base/files.h"

namespace garderobe::client {

absl::StatusOr<RejectedRows> RejectedRows::Open(std::string path,
                                                std::vector<std::string> header,
                                                char delimiter) {
  if (!path.empty() && std::filesystem::exists(path)) {
    return AlreadyExists("{} exists; existing files are kept", path);
  }
  RejectedRows rows;
  rows.path_ = std::move(path);
  rows.header_ = std::move(header);
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
  text_ << reason << "\n";
  return absl::OkStatus();
}

absl::Status RejectedRows::Add(const std::vector<std::string_view>& fields,
                               std::string_view reason) {
  if (path_.empty()) return absl::OkStatus();
  if (!begun_) {
    begun_ = true;
    const auto extension = std::filesystem::path(path_).extension();
    if (extension == ".xlsx" || extension == ".XLSX") {
      GARDEROBE_ASSIGN_OR_RETURN(sheet_,
                                 SpreadsheetWriter::Create(path_, "rejected"));
    }
    // It holds what the file held of people: for its owner only.
    GARDEROBE_RETURN_IF_ERROR(CreateFile(path_, "", 0600));
    if (sheet_ == nullptr) {
      text_.open(path_);
      if (!text_) return Unavailable("cannot write {}", path_);
    }
    GARDEROBE_RETURN_IF_ERROR(
        Write({header_.begin(), header_.end()}, "rejected_because"));
  }
  return Write(fields, reason);
}

absl::Status RejectedRows::Close() {
  if (sheet_ != nullptr) return sheet_->Close();
  if (text_.is_open() && !text_.flush()) {
    // Half a list would be taken for all of it, and be in the way.
    text_.close();
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path_, ignored)) {
      std::filesystem::remove(path_, ignored);
    }
    return Unavailable("cannot write {}; is the disk full?", path_);
  }
  return absl::OkStatus();
}

}  // namespace garderobe::client
