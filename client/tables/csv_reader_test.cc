#include "client/tables/csv_reader.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// All rows; a fault stands as {"!", fault, line}.
Rows ReadAll(const std::string& text) {
  Rows rows;
  auto reader = CsvReader::OverText(text);
  EXPECT_THAT(reader, IsOk());
  TableRow row;
  while (*(*reader)->Read(&row)) {
    if (!row.fault.empty()) {
      rows.push_back({"!", std::string(row.fault), std::to_string(row.line)});
    } else {
      rows.emplace_back(row.fields.begin(), row.fields.end());
    }
    if (rows.size() == 1) (*reader)->ExpectWidth(rows[0].size());
  }
  return rows;
}

TEST(CsvReaderTest, ReadsWhatBoxOfficesWrite) {
  EXPECT_EQ(ReadAll("a,b\r\n1,2\r\n"), (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(ReadAll("\xef\xbb\xbf"
                    "a;b\n1;2"),
            (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(ReadAll("a\tb\n\n\n1\t"), (Rows{{"a", "b"}, {"1", ""}}));
  EXPECT_EQ(ReadAll("a,b\n\"x \"\"y\"\", z\",2\n"),
            (Rows{{"a", "b"}, {"x \"y\", z", "2"}}));
  EXPECT_EQ(ReadAll("a,b\n\"two\nlines\",2\n3,4"),
            (Rows{{"a", "b"}, {"two\nlines", "2"}, {"3", "4"}}));
  EXPECT_EQ(ReadAll("a,b\n12\" vinyl,2\n3,4"),
            (Rows{{"a", "b"}, {"12\" vinyl", "2"}, {"3", "4"}}));
}

TEST(CsvReaderTest, AStrayQuoteCostsItsOwnLineOnly) {
  EXPECT_EQ(ReadAll("a,b\n1,2\n\"oops,2\n3,4\n5,6\n"),
            (Rows{{"a", "b"},
                  {"1", "2"},
                  {"!", "QUOTE_UNBALANCED", "3"},
                  {"3", "4"},
                  {"5", "6"}}));
  EXPECT_EQ(ReadAll("a,b\n\"oops,2\n3,4\n\"x\",6\n7,8\n"),
            (Rows{{"a", "b"},
                  {"!", "QUOTE_UNBALANCED", "2"},
                  {"3", "4"},
                  {"x", "6"},
                  {"7", "8"}}));
}

TEST(CsvReaderTest, TheSeparatorIsWhatTheLinesAgreeOn) {
  EXPECT_EQ(ReadAll("sep=|\na|b,c\n1|2"), (Rows{{"a", "b,c"}, {"1", "2"}}));
  EXPECT_EQ(
      ReadAll("Verkoop, maart, 2025\na;b\n1;2,5\n3;4,5"),
      (Rows{{"Verkoop, maart, 2025"}, {"a", "b"}, {"1", "2,5"}, {"3", "4,5"}}));
}

TEST(CsvReaderTest, WhatIsNoCsvIsSaidInOneSentence) {
  auto message = [](const std::string& text) {
    return std::string(Message(CsvReader::OverText(text).status()));
  };
  EXPECT_THAT(message(""), ::testing::HasSubstr("empty"));
  EXPECT_THAT(message("<html><table><tr><td>a</td></tr></table>"),
              ::testing::HasSubstr("web page"));
  std::string name;
  for (char c : std::string("EncryptedPackage")) name += {c, '\0'};
  EXPECT_THAT(message("\xd0\xcf\x11\xe0" + name),
              ::testing::HasSubstr("password"));
  EXPECT_THAT(message("\xd0\xcf\x11\xe0"), ::testing::HasSubstr("XLS"));
  EXPECT_THAT(message(std::string("a\0b", 3)), ::testing::HasSubstr("binary"));
}

std::string Utf16(std::u16string_view text, bool big) {
  std::string bytes = big ? "\xfe\xff" : "\xff\xfe";
  for (char16_t unit : text) {
    const char high = static_cast<char>(unit >> 8),
               low = static_cast<char>(unit & 0xff);
    bytes += big ? std::string{high, low} : std::string{low, high};
  }
  return bytes;
}

TEST(CsvReaderTest, Utf16IsReadAsWhatItSays) {
  const Rows rows = {{"naam", "bedrag"}, {"Renée 🎭", "€ 5"}};
  for (bool big : {false, true}) {
    EXPECT_EQ(ReadAll(Utf16(u"naam\tbedrag\r\nRenée 🎭\t€ 5\r\n", big)), rows);
  }
}

TEST(CsvReaderTest, AQuoteInAFileOfCarriageReturnsCostsItsLineOnly) {
  EXPECT_EQ(ReadAll("a,b\r1,2\r3,\"4\r5,6\r7,8\r"),
            (Rows{{"a", "b"},
                  {"1", "2"},
                  {"!", "QUOTE_UNBALANCED", "3"},
                  {"5", "6"},
                  {"7", "8"}}));
}

TEST(CsvReaderTest, AFileLargerThanTheBufferKeepsRowsAndLines) {
  const std::string path = ::testing::TempDir() + "/large.csv";
  {
    std::ofstream out(path);
    out << "id,text\n";
    for (int i = 0; i < 100'000; ++i)
      out << i << ",\"some text " << i << "\"\n";
  }
  auto reader = CsvReader::Open(path);
  ASSERT_THAT(reader, IsOk());
  TableRow row;
  ASSERT_TRUE(*(*reader)->Read(&row));
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_TRUE(*(*reader)->Read(&row));
    ASSERT_EQ(row.fields[0], std::to_string(i));
    ASSERT_EQ(row.line, static_cast<uint64_t>(i) + 2);
  }
  EXPECT_FALSE(*(*reader)->Read(&row));
  EXPECT_EQ((*reader)->bytes_read(), (*reader)->bytes_total());
}

// What can't be read is kept as it stands, for the file of rejected rows.
TEST(CsvReaderTest, AnUnbalancedRowKeepsItsText) {
  auto reader = CsvReader::OverText("a,b\n\"oops,\"\"2\r\n3,4\n\"last,x");
  TableRow row;
  ASSERT_TRUE(*(*reader)->Read(&row));
  (*reader)->ExpectWidth(row.fields.size());
  ASSERT_TRUE(*(*reader)->Read(&row));
  EXPECT_EQ(row.fault, "QUOTE_UNBALANCED");
  EXPECT_THAT(row.fields, ::testing::ElementsAre("\"oops,\"\"2"));
  ASSERT_TRUE(*(*reader)->Read(&row));
  ASSERT_TRUE(*(*reader)->Read(&row));
  EXPECT_THAT(row.fields, ::testing::ElementsAre("\"last,x"));
}

}  // namespace
}  // namespace garderobe::client
