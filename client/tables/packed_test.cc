// Packed files that are not XLSX: OpenDocument spreadsheets, and delimited text
// in a ZIP archive. Made here with libzip.
#include <zip.h>

#include <filesystem>

#include "client/tables/spreadsheet_reader.h"
#include "client/tables/table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Packed(
    const std::string& name,
    const std::vector<std::pair<std::string, std::string>>& all) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::filesystem::remove(path);
  int error = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_CREATE, &error);
  for (const auto& [entry, text] : all) {
    zip_source_t* const source =
        zip_source_buffer(archive, text.data(), text.size(), 0);
    EXPECT_GE(zip_file_add(archive, entry.c_str(), source, 0), 0);
  }
  EXPECT_EQ(zip_close(archive), 0);
  return path;
}

using Rows = std::vector<std::vector<std::string>>;

Rows RowsOf(TableReader& reader) {
  Rows rows;
  TableRow row;
  while (*reader.Read(&row)) {
    rows.emplace_back(row.fields.begin(), row.fields.end());
    if (rows.size() == 1) reader.ExpectWidth(row.fields.size());
  }
  return rows;
}

std::string Ods(const std::string& tables) {
  return Packed("sheet.ods",
                {{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"},
                 {"content.xml",
                  R"(<?xml version="1.0" encoding="UTF-8"?>
<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet>)" +
                      tables +
                      "</office:spreadsheet></office:body>"
                      "</office:document-content>"}});
}

constexpr char kHeader[] =
    R"(<table:table-row>
<table:table-cell office:value-type="string"><text:p>naam</text:p>
</table:table-cell><table:table-cell><text:p>datum</text:p></table:table-cell>
<table:table-cell><text:p>prijs</text:p></table:table-cell></table:table-row>)";

TEST(OdsTest, CellsComeOutAsInACsvFile) {
  const std::string path =
      Ods(std::string(R"(<table:table table:name="verkoop">)") + kHeader +
          R"(<table:table-row>
<table:table-cell><office:annotation><text:p>remark</text:p>
</office:annotation><text:p>An<text:s text:c="2"/>Bos</text:p></table:table-cell>
<table:table-cell office:value-type="date" office:date-value="2026-03-14T20:15:00">
<text:p>14-03-26</text:p></table:table-cell>
<table:table-cell office:value-type="currency" office:value="12.125">
<text:p>€ 12,13</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="3"><table:table-cell
 table:number-columns-repeated="16384"/></table:table-row>
<table:table-row table:visibility="filter">
<table:table-cell><text:p>Bo</text:p></table:table-cell>
<table:table-cell office:value-type="time" office:time-value="PT20H15M00S"/>
<table:table-cell table:formula="of:=[.B1]*2"/></table:table-row>
</table:table>)");
  ASSERT_TRUE(IsWorkbook(path));
  auto reader = OpenTable(path, {});
  ASSERT_THAT(reader, IsOk());
  EXPECT_EQ(RowsOf(**reader),
            (Rows{{"naam", "datum", "prijs"},
                  {"An  Bos", "2026-03-14T20:15:00", "12.125"},
                  {"Bo", "20:15:00", "#FORMULA!"}}));
  EXPECT_THAT((*reader)->oddities(),
              ElementsAre(HasSubstr("1 row is hidden"),
                          HasSubstr("1 cell holds a formula")));
}

TEST(OdsTest, SheetsWithTheSameHeaderAreRead) {
  const auto table = [](const std::string& name, const std::string& header,
                        const std::string& who) {
    return "<table:table table:name=\"" + name + "\">" + header +
           "<table:table-row><table:table-cell><text:p>" + who +
           "</text:p></table:table-cell></table:table-row></table:table>";
  };
  const std::string path =
      Ods(table("jan", kHeader, "An") + table("uitleg", "", "lees dit eerst") +
          table("feb", kHeader, "Bo"));
  auto reader = OpenTable(path, {});
  ASSERT_THAT(reader, IsOk());
  EXPECT_EQ(RowsOf(**reader),
            (Rows{{"naam", "datum", "prijs"}, {"An", "", ""}, {"Bo", "", ""}}));
  EXPECT_THAT((*reader)->oddities(),
              ElementsAre(HasSubstr("jan, feb"), HasSubstr("uitleg")));
  TableOptions only;
  only.sheet = "feb";
  reader = OpenTable(path, only);
  ASSERT_THAT(reader, IsOk());
  EXPECT_EQ(RowsOf(**reader).size(), 2u);
  only.sheet = "maart";
  EXPECT_THAT(OpenTable(path, only).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("there is: jan, uitleg, feb")));
}

TEST(OdsTest, WhatIsBrokenIsSaid) {
  for (const char* content : {"", "<a>", "no xml"}) {
    const std::string path = Packed("broken.ods", {{"content.xml", content}});
    auto reader = OpenTable(path, {});
    TableRow row;
    EXPECT_FALSE(reader.ok() && (*reader)->Read(&row).ok() &&
                 *(*reader)->Read(&row))
        << content;
  }
}

TEST(PackedTextTest, TheOnlyFileOfAnArchiveIsRead) {
  const std::string text =
      "naam;prijs\nRen\xc3\xa9"
      "e;12,50\n";
  auto reader = OpenTable(
      Packed("one.zip",
             {{"export.csv", text}, {"__MACOSX/._export.csv", "litter"}}),
      {});
  ASSERT_THAT(reader, IsOk());
  EXPECT_EQ(RowsOf(**reader), (Rows{{"naam", "prijs"}, {"Renée", "12,50"}}));
  EXPECT_THAT(
      OpenTable(Packed("two.zip", {{"a.csv", text}, {"b.csv", text}}), {})
          .status(),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("several files")));
}

}  // namespace
}  // namespace garderobe::client
