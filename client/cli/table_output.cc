#include "client/cli/table_output.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <variant>

#include "client/tables/table.h"

namespace garderobe::client {
namespace {

std::string Text(const SheetCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return CsvField(*text, ',');
  }
  const auto* number = std::get_if<double>(&cell);
  if (number == nullptr) return "";
  return *number == std::floor(*number) ? fmt::format("{:.0f}", *number)
                                        : fmt::format("{:.2f}", *number);
}

void WriteCsv(const OutputTable& table, std::ostream& out) {
  for (const auto& row : table) {
    for (size_t i = 0; i < row.size(); ++i) {
      out << (i == 0 ? "" : ",") << Text(row[i]);
    }
    out << "\n";
  }
}

}  // namespace

absl::Status WriteTable(const OutputTable& table, const std::string& out) {
  if (out.empty()) {
    WriteCsv(table, std::cout);
    return absl::OkStatus();
  }
  const auto extension = std::filesystem::path(out).extension();
  if (extension == ".xlsx") {
    GARDEROBE_ASSIGN_OR_RETURN(auto writer,
                               SpreadsheetWriter::Create(out, "garderobe"));
    for (const auto& row : table) {
      GARDEROBE_RETURN_IF_ERROR(writer->AddRow(row));
    }
    return writer->Close();
  }
  if (extension != ".csv") {
    return InvalidArgument("--out is a file that ends in .xlsx or .csv");
  }
  if (std::filesystem::exists(out)) {
    return AlreadyExists("{} exists; existing files are kept", out);
  }
  std::ofstream file(out);
  WriteCsv(table, file);
  if (!file.flush()) {
    file.close();
    std::error_code ignored;
    if (std::filesystem::is_regular_file(out, ignored)) {
      std::filesystem::remove(out, ignored);
    }
    return Unavailable("cannot write {}; is the disk full?", out);
  }
  return absl::OkStatus();
}

}  // namespace garderobe::client
