// Spreadsheets as Excel writes them, made with libxlsxwriter.
#include <xlsxwriter.h>

#include <filesystem>
#include <fstream>

#include "client/tables/spreadsheet_reader.h"
#include "client/tables/spreadsheet_writer.h"
#include "client/tables/workbook_parts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

using ::testing::ElementsAre;

std::string NewPath(const std::string& name) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::filesystem::remove(path);
  return path;
}

std::vector<std::vector<std::string>> ReadSheets(
    const std::string& path, const std::string& sheet = "") {
  auto reader = OpenSpreadsheet(path, sheet);
  EXPECT_THAT(reader, IsOk());
  std::vector<std::vector<std::string>> rows;
  if (!reader.ok()) return rows;
  TableRow row;
  while (*(*reader)->Read(&row)) {
    rows.emplace_back(row.fields.begin(), row.fields.end());
  }
  return rows;
}

TEST(SpreadsheetTest, WhatIsWrittenIsReadAsText) {
  const std::string path = NewPath("written.xlsx");
  auto writer = SpreadsheetWriter::Create(path, "verkoop");
  ASSERT_THAT(writer, IsOk());
  ASSERT_THAT((*writer)->AddRow({std::string("telefoon"), std::string("naam")}),
              IsOk());
  ASSERT_THAT((*writer)->AddRow({std::string("0612345678"), std::string("=1+1"),
                                 12.5, std::monostate(), 612345678.0}),
              IsOk());
  ASSERT_THAT((*writer)->Close(), IsOk());
  EXPECT_THAT(
      ReadSheets(path),
      ElementsAre(ElementsAre("telefoon", "naam"),
                  ElementsAre("0612345678", "=1+1", "12.5", "", "612345678")));
  EXPECT_THAT(SpreadsheetWriter::Create(path, "x"),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST(SpreadsheetTest, AWriterThatIsNotClosedLeavesNoFile) {
  const std::string path = NewPath("unfinished.xlsx");
  { ASSERT_THAT(SpreadsheetWriter::Create(path, "x"), IsOk()); }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(SpreadsheetTest, DatesFormulasSheetsAndBooleans) {
  const std::string path = NewPath("excel.xlsx");
  lxw_workbook* book = workbook_new(path.c_str());
  lxw_worksheet* first = workbook_add_worksheet(book, "Uitleg");
  worksheet_write_string(first, 0, 0, "Lees mij", nullptr);
  lxw_worksheet* sheet = workbook_add_worksheet(book, "Orders");
  lxw_format* dated = workbook_add_format(book);
  format_set_num_format(dated, "dd-mm-yyyy hh:mm");
  lxw_format* built_in = workbook_add_format(book);
  format_set_num_format_index(built_in, 14);
  lxw_format* clock = workbook_add_format(book);
  format_set_num_format(clock, "[hh]:mm");
  lxw_format* money = workbook_add_format(book);
  format_set_num_format(money, "\"dag\" 0.00");
  worksheet_write_number(sheet, 0, 0, 45730.84375, dated);
  worksheet_write_number(sheet, 0, 1, 31120, built_in);
  worksheet_write_number(sheet, 0, 2, 0.84375, dated);
  worksheet_write_number(sheet, 0, 3, 22.5, money);
  worksheet_write_formula_num(sheet, 0, 4, "=2*21", nullptr, 42);
  worksheet_write_boolean(sheet, 0, 5, 1, nullptr);
  // More digits than a spreadsheet keeps: as what it is, rounded.
  worksheet_write_number(sheet, 0, 6, 123456789012345678.0, nullptr);
  worksheet_write_string(sheet, 2, 1, "Zoë & <co>", nullptr);
  (void)clock;
  ASSERT_EQ(workbook_close(book), LXW_NO_ERROR);
  EXPECT_THAT(
      ReadSheets(path, "Orders"),
      ElementsAre(ElementsAre("2025-03-14T20:15:00", "1985-03-14", "20:15:00",
                              "22.5", "42", "TRUE", "1.23456789012346E+17"),
                  ElementsAre("", "Zoë & <co>")));
  EXPECT_EQ(ReadSheets(path).size(), 3u);  // the sheets one after the other
  EXPECT_THAT(OpenSpreadsheet(path, "Bestellingen"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::HasSubstr("there is: Uitleg, Orders")));
}

absl::Status ReadThrough(const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(auto reader, OpenSpreadsheet(path, ""));
  TableRow row;
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, reader->Read(&row));
    if (!more) return absl::OkStatus();
  }
}

TEST(SpreadsheetTest, BrokenOnesAreASentence) {
  const std::string path = NewPath("good.xlsx");
  auto writer = SpreadsheetWriter::Create(path, "x");
  for (int i = 0; i < 1000; ++i) {
    ASSERT_THAT((*writer)->AddRow({std::to_string(i), 1.0}), IsOk());
  }
  ASSERT_THAT((*writer)->Close(), IsOk());
  std::ifstream in(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  const std::string broken = NewPath("broken.xlsx");
  for (size_t cut : {size_t{4}, bytes.size() / 2, bytes.size() - 1}) {
    std::ofstream(broken, std::ios::binary) << bytes.substr(0, cut);
    EXPECT_THAT(ReadThrough(broken),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << cut;
  }
  // Bytes turned over, one after the other: read or refused, never a crash.
  for (size_t at = 0; at < bytes.size(); at += 37) {
    std::string turned = bytes;
    turned[at] = static_cast<char>(turned[at] ^ 0x55);
    std::ofstream(broken, std::ios::binary) << turned;
    (void)ReadThrough(broken);
  }
  EXPECT_THAT(OpenSpreadsheet("/nergens", ""),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(SpreadsheetTest, FormatsOfDates) {
  for (const char* code : {"dd-mm-yyyy", "m/d/yy h:mm", "[$-413]d mmmm yyyy;@",
                           "hh:mm", "[h]:mm", "jjjj-mm-dd"}) {
    EXPECT_TRUE(IsDateFormat(code)) << code;
  }
  for (const char* code :
       {"General", "0.00", "\"dag\" 0", "[Red]0", "@", "\\d0", "# ##0"}) {
    EXPECT_FALSE(IsDateFormat(code)) << code;
  }
}

}  // namespace
}  // namespace garderobe::client
