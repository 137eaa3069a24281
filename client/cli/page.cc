#include "client/cli/page.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <utility>
#include <variant>

#include "client/tables/table.h"
#include "core/base/check.h"

namespace garderobe::client {
namespace {

using Cells = std::vector<std::vector<SheetCell>>;

bool IsNumber(const SheetCell& cell) {
  return std::holds_alternative<double>(cell);
}

bool HasFraction(const SheetCell& cell) {
  const auto* number = std::get_if<double>(&cell);
  return number != nullptr && *number != std::floor(*number);
}

// "-12.50"; without `decimals` "12", unless that would lose something.
std::string CellText(const SheetCell& cell, bool decimals) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  const auto* number = std::get_if<double>(&cell);
  if (number == nullptr) return "";
  return decimals || HasFraction(cell) ? fmt::format("{:.2f}", *number)
                                       : fmt::format("{:.0f}", *number);
}

// Characters that people see, as far as a terminal has one cell for each.
size_t Width(const std::string& utf8) {
  return static_cast<size_t>(std::count_if(
      utf8.begin(), utf8.end(),
      [](char byte) { return (static_cast<uint8_t>(byte) & 0xC0) != 0x80; }));
}

std::string Padded(const std::string& text, size_t width, bool is_right) {
  const std::string blanks(width - std::min(width, Width(text)), ' ');
  return is_right ? blanks + text : text + blanks;
}

std::string WithoutBlanksAtEnd(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// What an object says, a field a row; lists and objects as JSON.
Cells FieldsOf(const nlohmann::json& object) {
  Cells table = {{std::string("field"), std::string("value")}};
  for (const auto& [name, value] : object.items()) {
    SheetCell cell;
    if (value.is_number()) {
      cell = value.get<double>();
    } else if (value.is_string()) {
      cell = value.get<std::string>();
    } else if (!value.is_null()) {
      cell = value.dump();
    }
    table.push_back({name, std::move(cell)});
  }
  return table;
}

void WriteCsv(const Cells& table, std::ostream& out) {
  for (const auto& row : table) {
    for (size_t i = 0; i < row.size(); ++i) {
      out << (i == 0 ? "" : ",") << CsvField(CellText(row[i], false), ',');
    }
    out << "\n";
  }
}

absl::Status WriteFile(const Cells& table, const std::string& out) {
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

}  // namespace

Page Page::Table(std::vector<std::string> columns) {
  GARDEROBE_CHECK(!columns.empty());
  Page page;
  page.columns_ = std::move(columns);
  return page;
}

Page::Page(nlohmann::json object, std::string text)
    : json(std::move(object)), below_{std::move(text)} {}

void Page::Add(std::vector<SheetCell> row) {
  GARDEROBE_CHECK(row.size() == columns_.size());
  rows_.push_back({std::move(row), {}});
}

void Page::Note(std::string line) {
  GARDEROBE_CHECK(!rows_.empty());
  rows_.back().notes.push_back(std::move(line));
}

void Page::Say(std::string line) { below_.push_back(std::move(line)); }

std::vector<std::vector<SheetCell>> Page::Cells() const {
  if (columns_.empty()) return FieldsOf(json);
  std::vector<std::vector<SheetCell>> table(1);
  for (const std::string& name : columns_) table[0].emplace_back(name);
  for (const Row& row : rows_) table.push_back(row.cells);
  return table;
}

std::string Page::Text() const {
  if (instead_) return *instead_;
  struct Form {
    size_t width;
    bool is_number = true, has_decimals = false;
  };
  std::vector<Form> forms;
  for (size_t i = 0; i < columns_.size(); ++i) {
    Form form{Width(columns_[i])};
    bool has_value = false;
    for (const Row& row : rows_) {
      const SheetCell& cell = row.cells[i];
      form.has_decimals |= HasFraction(cell);
      has_value |= IsNumber(cell);
      form.is_number &= IsNumber(cell) || CellText(cell, false).empty();
    }
    form.is_number &= has_value;
    for (const Row& row : rows_) {
      form.width = std::max(form.width,
                            Width(CellText(row.cells[i], form.has_decimals)));
    }
    forms.push_back(form);
  }
  const auto line = [&](const auto& text_of) {
    std::string text;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (hidden_.contains(columns_[i])) continue;
      text += (text.empty() ? "" : "  ") +
              Padded(text_of(i), forms[i].width, forms[i].is_number);
    }
    return WithoutBlanksAtEnd(std::move(text)) + "\n";
  };
  std::string text;
  if (!columns_.empty()) {
    text += line([&](size_t i) { return columns_[i]; });
  }
  for (const Row& row : rows_) {
    text += line([&](size_t i) {
      return CellText(row.cells[i], forms[i].has_decimals);
    });
    for (const std::string& note : row.notes) text += note + "\n";
  }
  for (const std::string& sentence : below_) {
    text += sentence;
    if (!sentence.ends_with('\n')) text += "\n";
  }
  return text;
}

absl::Status Print(const PageForm& form, const Page& page) {
  if (form.json) {
    std::cout << page.json.dump() << "\n";
    return absl::OkStatus();
  }
  if (!form.as_table()) {
    std::cout << page.Text();
    return absl::OkStatus();
  }
  if (!form.out.empty()) return WriteFile(page.Cells(), form.out);
  WriteCsv(page.Cells(), std::cout);
  return absl::OkStatus();
}

}  // namespace garderobe::client
