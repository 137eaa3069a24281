#include <filesystem>
#include <fstream>

#include "client/check.h"
#include "client/csv_reader.h"
#include "client/identity.h"
#include "client/order_line.h"
#include "client/relation_ledger.h"
#include "core/base/civil_time.h"
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
  CsvRow row;
  while (*(*reader)->Read(&row)) {
    if (!row.fault.empty()) {
      rows.push_back({"!", std::string(row.fault), std::to_string(row.line)});
    } else {
      rows.emplace_back(row.fields.begin(), row.fields.end());
    }
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

TEST(CsvReaderTest, WhatIsNoCsvIsSaidInOneSentence) {
  auto message = [](const std::string& text) {
    return std::string(Message(CsvReader::OverText(text).status()));
  };
  EXPECT_THAT(message(""), ::testing::HasSubstr("empty"));
  EXPECT_THAT(message(std::string("\xff\xfe"
                                  "a\0",
                                  4)),
              ::testing::HasSubstr("UTF-16"));
  EXPECT_THAT(message("PK\x03\x04zzzz"), ::testing::HasSubstr("XLSX"));
  EXPECT_THAT(message(std::string("a\0b", 3)), ::testing::HasSubstr("binary"));
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
  CsvRow row;
  ASSERT_TRUE(*(*reader)->Read(&row));
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_TRUE(*(*reader)->Read(&row));
    ASSERT_EQ(row.fields[0], std::to_string(i));
    ASSERT_EQ(row.line, static_cast<uint64_t>(i) + 2);
  }
  EXPECT_FALSE(*(*reader)->Read(&row));
  EXPECT_EQ((*reader)->bytes_read(), (*reader)->bytes_total());
}

TEST(PriceTest, PointsAndCommas) {
  struct Case {
    const char* text;
    bool comma;
    int64_t cents;
  };
  for (const Case& c :
       std::initializer_list<Case>{{"12.50", false, 1250},
                                   {"12,50", true, 1250},
                                   {"12,50", false, 1250},
                                   {"12.5", true, 1250},
                                   {"1.234,50", true, 123450},
                                   {"1,234.50", false, 123450},
                                   {"1.234", true, 123400},
                                   {"1,234", false, 123400},
                                   {"€ 12,50", true, 1250},
                                   {"12,-", true, 1200},
                                   {"0", false, 0},
                                   {"-7.25", false, -725},
                                   {"1.234.567,89", true, 123456789},
                                   {"EUR 5", false, 500}}) {
    EXPECT_EQ(ParsePriceCents(c.text, c.comma), c.cents) << c.text;
  }
}

TEST(PriceTest, WhatCantBeToldIsRefused) {
  for (const char* text :
       {"", "x", "12,34,5", "1.2.3", "12.345", "1e5", "--5", "0.123,456",
        "12..5", ".", "9999999999999999", "12.50.1"}) {
    EXPECT_FALSE(ParsePriceCents(text, false).has_value()) << text;
  }
  EXPECT_FALSE(ParsePriceCents("12,345", true).has_value());
}

TEST(ColumnMapTest, DutchNamesAndMissingColumns) {
  auto map =
      ColumnMap::FromHeader({"Ordernummer", "regelnummer", "Evenement-ID",
                             "Aanvang", "Klantnummer", "iets"},
                            ';');
  ASSERT_THAT(map, IsOk());
  EXPECT_TRUE(map->has(Column::kCustomerId));
  EXPECT_EQ(map->unknown(), std::vector<std::string>{"iets"});
  EXPECT_THAT(ColumnMap::FromHeader({"order_id", "line_id"}, ','),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::HasSubstr("missing: event_id, starts_at")));
  EXPECT_THAT(ColumnMap::FromHeader({"naam", "x"}, ','),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::HasSubstr("none of a known name")));
  EXPECT_THAT(
      ColumnMap::FromHeader({"email", "e-mail", "order_id"}, ','),
      StatusIs(absl::StatusCode::kInvalidArgument,
               ::testing::HasSubstr("columns 1 and 2 both mean email")));
}

class OrderLineTest : public ::testing::Test {
 protected:
  OrderLineTest() {
    for (size_t i = 0; i < kColumnCount; ++i) {
      header_.push_back(ColumnName(static_cast<Column>(i)));
    }
    fields_.resize(kColumnCount);
    Set(Column::kOrderId, "O1");
    Set(Column::kLineId, "1");
    Set(Column::kEventId, "E1");
    Set(Column::kStartsAt, "2025-03-14 20:15");
  }
  void Set(Column column, std::string_view value) {
    fields_[static_cast<size_t>(column)] = value;
  }
  std::optional<Refusal> Read() {
    CsvRow row;
    row.line = 7;
    row.fields = fields_;
    return ReadOrderLine(*ColumnMap::FromHeader(header_, ','), row, false,
                         &line_);
  }
  std::vector<std::string_view> header_, fields_;
  OrderLine line_;
};

TEST_F(OrderLineTest, DefaultsAreOneFreeSoldTicketThatIsShared) {
  ASSERT_FALSE(Read().has_value());
  EXPECT_EQ(line_.quantity, 1u);
  EXPECT_EQ(line_.price_cents, 0);
  EXPECT_EQ(line_.status, 0);
  EXPECT_TRUE(line_.share);
}

TEST_F(OrderLineTest, RefusalsNamePlaceAndReasonNotTheValue) {
  struct Case {
    Column column;
    const char *value, *reason;
  };
  for (const Case& c : std::initializer_list<Case>{
           {Column::kOrderId, "", "ORDER_ID_MISSING"},
           {Column::kLineId, " ", "LINE_ID_MISSING"},
           {Column::kEventId, "", "EVENT_ID_MISSING"},
           {Column::kStartsAt, "tomorrow", "STARTS_AT_INVALID"},
           {Column::kSoldAt, "31-02-2025", "SOLD_AT_INVALID"},
           {Column::kQuantity, "-1", "QUANTITY_INVALID"},
           {Column::kQuantity, "2.5", "QUANTITY_INVALID"},
           {Column::kPrice, "gratis", "PRICE_INVALID"},
           {Column::kStatus, "weg", "STATUS_UNKNOWN"},
           {Column::kShare, "misschien", "SHARE_INVALID"}}) {
    const auto before = fields_;
    Set(c.column, c.value);
    const auto refusal = Read();
    ASSERT_TRUE(refusal.has_value()) << c.value;
    EXPECT_EQ(refusal->reason, c.reason);
    EXPECT_EQ(refusal->column, ColumnName(c.column));
    EXPECT_EQ(refusal->line, 7u);
    fields_ = before;
  }
}

TEST_F(OrderLineTest, DutchWordsAreUnderstoodAndUnknownGenresAreOther) {
  Set(Column::kStatus, "Geannuleerd");
  Set(Column::kChannel, "Kassa");
  Set(Column::kGenre, "iets nieuws");
  Set(Column::kShare, "Nee");
  ASSERT_FALSE(Read().has_value());
  EXPECT_EQ(line_.status, 1);
  EXPECT_EQ(line_.channel, 2);
  EXPECT_EQ(line_.genre, 0);
  EXPECT_FALSE(line_.share);
}

TEST(ToUtf8Test, Windows1252IsReadFieldByField) {
  EXPECT_EQ(ToUtf8("Zo\xeb"), "Zoë");
  EXPECT_EQ(ToUtf8("Zoë"), "Zoë");
  EXPECT_EQ(ToUtf8("\x80 5"), "€ 5");
}

TEST(IdentityTest, UsableIdentifiersAndReasonsForTheRest) {
  OrderLine line;
  line.email = "Jan+x@Example.nl";
  line.phone = "06";
  line.postcode = "1234 ab";
  line.house_number = "12";
  line.birth_date = "1980-01-01";  // what forms fill in
  IdentityFindings findings;
  const Customer customer = IdentityReader({}).Read(
      line, Handle::From(std::string(16, 'h')), &findings);
  EXPECT_EQ(customer.identifiers[0], "jan@example.nl");
  EXPECT_EQ(customer.identifiers[3], "NL:1234AB:12:");
  EXPECT_EQ(customer.pc4, 1234);
  EXPECT_EQ(customer.birth_year, 0);
  EXPECT_EQ(findings.refused["PHONE_MALFORMED"], 1u);
}

TEST(RelationLedgerTest, RemembersAcrossSaveAndLoad) {
  const std::string path = ::testing::TempDir() + "/ledger.relations";
  std::filesystem::remove(path);
  const auto handle = Handle::From(std::string(16, 'h'));
  RelationLedger ledger = RelationLedger::Load(path);
  EXPECT_FALSE(ledger.Has(handle, 5));
  ledger.Put(handle, 5);
  ASSERT_THAT(ledger.Save(path), IsOk());
  EXPECT_TRUE(RelationLedger::Load(path).Has(handle, 5));
  EXPECT_FALSE(RelationLedger::Load(path).Has(handle, 6));
  std::ofstream(path) << "damaged";
  EXPECT_FALSE(RelationLedger::Load(path).Has(handle, 5));
}

TEST(CheckTest, ReportsAndWritesRejectedRows) {
  const std::string path = ::testing::TempDir() + "/check.csv",
                    rejected = ::testing::TempDir() + "/rejected.csv";
  std::filesystem::remove(rejected);
  std::ofstream(path)
      << "order_id;line_id;event_id;starts_at;price;customer_id;email\n"
         "O1;1;E1;14-03-2025 20:15;12,50;K1;jan@example.nl\n"
         "O1;1;E1;14-03-2025 20:15;12,50;K1;jan@example.nl\n"
         "O2;1;E1;gisteren;12,50;K2;noreply@example.nl\n"
         "O3;1;E1;14-03-2025;7;K3;kapot\n";
  auto report = CheckFile({path, rejected, {}});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->rows, 4u);
  EXPECT_EQ(report->refused_rows, 1u);
  EXPECT_EQ(report->duplicates, 1u);
  EXPECT_EQ(report->not_identifiers["EMAIL_MALFORMED"], 1u);
  std::ifstream in(rejected);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  EXPECT_THAT(
      text, ::testing::HasSubstr("O2;1;E1;gisteren;12,50;K2;noreply@example.nl;"
                                 "STARTS_AT_INVALID\n"));
  EXPECT_THAT(CheckFile({path, rejected, {}}),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

}  // namespace
}  // namespace garderobe::client
