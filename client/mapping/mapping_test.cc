#include "client/mapping/mapping.h"

#include "client/mapping/free_text.h"
#include "client/mapping/header_plan.h"
#include "client/mapping/order_book.h"
#include "client/orders/words.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spdlog/fmt/fmt.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

using ::testing::HasSubstr;

TEST(MappingTest, AllThatAreShippedAreRead) {
  const auto names = ShippedMappings();
  EXPECT_EQ(names.front(), "default");
  EXPECT_GE(names.size(), 8u);
  for (const std::string& name : names) {
    const auto mapping = FindMapping(name);
    ASSERT_THAT(mapping, IsOk());
    EXPECT_FALSE(mapping->about.empty()) << name;
  }
  EXPECT_THAT(FindMapping("pretxi"), StatusIs(absl::StatusCode::kNotFound,
                                              HasSubstr("nearest: pretix")));
}

// One fault a mapping; the sentence has the line and what would be right.
TEST(MappingTest, FaultsHaveALineAndAHint) {
  struct Case {
    const char *yaml, *says;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"columns: {}", "begins with `mapping: 1`"},
           {"mapping: 2\ncolumns: {}", "begins with `mapping: 1`"},
           {"mapping: 1", "has no columns"},
           {"mapping: 1\ncolums: {}",
            "line 2: a mapping has no colums; "
            "nearest: columns"},
           {"mapping: 1\ncolumns: {emial: [a]}", "nearest: email"},
           {"mapping: 1\ncolumns: {email: {jion: [a]}}", "nearest: join"},
           {"mapping: 1\ncolumns: {email: {join: [a], value: b}}",
            "one of these at a time"},
           {"mapping: 1\ncolumns: {email: []}", "names no header"},
           {"mapping: 1\ncolumns: {status: {when: [{column: a}]}}",
            "needs `is:`"},
           {"mapping: 1\ncolumns: {email: a}\nwords: {status: {x: weg}}",
            "weg is no status; there is: sold"},
           {"mapping: 1\ncolumns: {email: a}\nfile: {zone: Mars/Olympus}",
            "is no time zone"},
           {"mapping: 1\ncolumns: {email: a}\nfile: {decimal: punt}",
            "decimal is one of: auto, comma, point"},
           {"mapping: 1\ncolumns: {email: a}\njoins: {x: {here: a}}",
            "needs `there`"},
           {"mapping: 1\ncolumns: {email: a}\ncolumns: {email: b}", "twice"},
           {"mapping: 1\ncolumns: {email: {header: a, nth: 0}}", "1 to 100"},
           {"mapping: 1\ncolumns: {email: a}\nwords: {status: {x: sold, X: "
            "cancelled}}",
            "stands twice"},
           {"mapping: 1\ncolumns: {email: a}\n---\nmapping: 1\n",
            "line 3: something begins here"},
           {"mapping: 1\ncolumns: {email: a}\n, x\n", "line"},
           {",", "line 1"},
           {"order_id,line_id\nx,1,2\n", "a list of names with values"},
           {"mapping: [", "this is no YAML"},
           {"", "is empty"},
           {"- a\n- b", "a list of names with values"}}) {
    EXPECT_THAT(ParseMapping("m", c.yaml),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.says)))
        << c.yaml;
  }
}

// Aliases that say each other many times over.
TEST(MappingTest, AMappingThatGrowsWithoutEndIsRefused) {
  std::string yaml =
      "mapping: 1\nabout: x\ncolumns:\n  email: &a {join: [b, b, b, b, b, b, "
      "b, b]}\n";
  const char* targets[] = {"phone", "first_name", "last_name", "city",
                           "street"};
  char name = 'a';
  for (const char* target : targets) {
    std::string all;
    for (int i = 0; i < 9; ++i) all += std::string("*") + name + ", ";
    yaml += fmt::format("  {}: &{} {{join: [{}b]}}\n", target,
                        static_cast<char>(name + 1), all);
    ++name;
  }
  EXPECT_THAT(ParseMapping("m", yaml),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(LooksLikeDataTest, ValuesAreNotNames) {
  auto looks = [](std::vector<std::string_view> line) {
    return LooksLikeData(HeaderIndex(line));
  };
  EXPECT_TRUE(looks({"K1", "anna@x.nl", "Anna"}));
  EXPECT_TRUE(looks({"Anna", "Bakker", "0612345678", "1012AB"}));
  EXPECT_FALSE(looks({"order_id", "E-mailadres", "Naam 1", "Regel", ""}));
  EXPECT_FALSE(looks({"Datum", "Prijs 2025", "a", "b", "c"}));
}

TEST(PrintableTest, NothingSteersATerminal) {
  EXPECT_EQ(Printable("\x1b[1mNaam\x07", 40), "?[1mNaam?");
  EXPECT_EQ(Printable("a\xe2\x80\xae"
                      "b",
                      40),
            "a?b");
  EXPECT_EQ(Printable("\xc3\xa9\xc3\xa9", 3), "\xc3\xa9...");
}

TEST(CleanFieldTest, WhatSpreadsheetsPutAroundNumbers) {
  std::deque<std::string> scratch;
  for (const auto& [field, meant] :
       std::initializer_list<std::pair<const char*, const char*>>{
           {" =\"0612\" ", "0612"},
           {"'0612", "0612"},
           {"'-22.50", "-22.50"},
           {"'t Hart", "'t Hart"},
           {"=", "="},
           {"B9\u00a0", "B9"},
           {"\u200bB9", "B9"},
           {"1\u202f234,50", "1 234,50"},
           {"Caf\xe9\xa0", "Café"},
           {"Müller", "Müller"}}) {
    EXPECT_EQ(CleanField(field, &scratch), meant);
  }
}

TEST(FreeTextTest, Names) {
  auto name = [](const char* text) {
    const NameParts parts = SplitFullName(text);
    return parts.first + "|" + parts.last;
  };
  EXPECT_EQ(name("Piet van Jansen"), "Piet|van Jansen");
  EXPECT_EQ(name("Jansen, Piet van"), "Piet van|Jansen");
  EXPECT_EQ(name("Dhr. P. Jansen"), "P.|Jansen");
  EXPECT_EQ(name("Mevr. drs. Anna de Vries"), "Anna|de Vries");
  EXPECT_EQ(name("M. Peeters"), "M.|Peeters");
  EXPECT_EQ(name("Jansen"), "|Jansen");
  EXPECT_EQ(name(""), "|");
}

TEST(FreeTextTest, Addresses) {
  auto address = [](const char* text) {
    const AddressParts p = SplitAddressLine(text);
    return p.street + "|" + p.postcode + "|" + p.city + "|" + p.country;
  };
  EXPECT_EQ(address("Korenmarkt 12 bus 3, 9000 Gent"),
            "Korenmarkt 12 bus 3|9000|Gent|BE");
  EXPECT_EQ(address("Damrak 12 A 1012 LG Amsterdam"),
            "Damrak 12 A|1012 LG|Amsterdam|NL");
  EXPECT_EQ(address("1012LG Amsterdam, Damrak 12"),
            "Damrak 12|1012LG|Amsterdam|NL");
  EXPECT_EQ(address("Damrak 12, 1012 LG Amsterdam, Nederland"),
            "Damrak 12|1012 LG|Amsterdam|Nederland");
  EXPECT_EQ(address("Rue Neuve 1, B-1000 Bruxelles"),
            "Rue Neuve 1|B-1000|Bruxelles|BE");
  EXPECT_EQ(address("Nergens"), "Nergens|||");
  EXPECT_EQ(address(""), "|||");
}

OrderLine Line(std::string_view id, uint32_t quantity, int64_t cents) {
  OrderLine line;
  line.order_id = "O";
  line.event_id = "E";
  line.line_id = id;
  line.quantity = quantity;
  line.price_cents = cents;
  return line;
}

TEST(OrderBookTest, TakesBackWhatWasSold) {
  OrderBook book;
  book.Sold(Line("1", 2, 4500));
  book.Sold(Line("2", 4, 6000));
  // Of the same price a ticket, though another line is larger.
  auto changes = book.TakeBack(Line("", 1, 1500));
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].line_id, "2");
  EXPECT_EQ(changes[0].quantity, 3u);
  EXPECT_EQ(changes[0].price_cents, 4500);
  EXPECT_FALSE(changes[0].all);
  changes = book.TakeBack(Line("", 2, 4500));
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].line_id, "1");
  EXPECT_TRUE(changes[0].all);
  // More than was sold: nothing is taken.
  EXPECT_TRUE(book.TakeBack(Line("", 4, 6000)).empty());
  EXPECT_EQ(book.TakeBack(Line("", 3, 4500)).size(), 1u);
  EXPECT_TRUE(book.TakeBack(Line("", 1, 1500)).empty());
}

TEST(OrderBookTest, OneReturnMayTakeSeveralLines) {
  OrderBook book;
  for (const char* id : {"1", "2", "3"}) book.Sold(Line(id, 1, 1000));
  const auto changes = book.TakeBack(Line("", 2, 2000));
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].line_id, "3");
  EXPECT_EQ(changes[1].line_id, "2");
}

}  // namespace
}  // namespace garderobe::client
