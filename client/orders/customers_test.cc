// What an earlier row knew of a customer was lost when a later row of the same
// batch left it empty, and the quarter of the first sale was taken for that of
// the latest.
#include "client/orders/customers.h"

#include <algorithm>

#include "client/orders/identity.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace garderobe::client {
namespace {

const Handle kAnna = Handle::From(std::string(16, 'a'));
const Handle kBob = Handle::From(std::string(16, 'b'));

struct Row {
  int32_t sold_at = INT32_MIN;
  std::string_view email = {};
  std::string_view phone = {};
  std::string_view first_name = {};
  std::string_view last_name = {};
  std::string_view birth_date = {};
  std::string_view postcode = {};
  std::string_view house_number = {};
  std::string_view country = {};
  std::string_view city = {};
  std::string_view pass = {};
};

OrderLine LineOf(const Row& row) {
  OrderLine line;
  line.sold_at = row.sold_at;
  line.email = row.email;
  line.phone = row.phone;
  line.first_name = row.first_name;
  line.last_name = row.last_name;
  line.birth_date = row.birth_date;
  line.postcode = row.postcode;
  line.house_number = row.house_number;
  line.country = row.country;
  line.city = row.city;
  line.pass = row.pass;
  return line;
}

// Everything that is known of Anna after `rows`, as text.
std::string Known(const std::vector<Row>& rows) {
  CustomerTable table({"museum.example"});
  for (size_t i = 0; i < rows.size(); ++i) table.Add(kAnna, LineOf(rows[i]), i);
  std::string scratch;
  const auto [handle, line, row] = table.At(0, &scratch);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(handle, kAnna);
  return fmt::format("{}|{}|{} {}|{}|{} {} {} {}|{}|{}", line.email, line.phone,
                     line.first_name, line.last_name, line.birth_date,
                     line.postcode, line.house_number, line.city, line.country,
                     line.pass, line.sold_at);
}
// The same in both orders.
std::string KnownEitherWay(Row one, Row other) {
  const std::string known = Known({one, other});
  EXPECT_EQ(Known({other, one}), known);
  return known;
}

TEST(CustomerTableTest, NoRowTakesAwayWhatAnotherKnew) {
  const Row all{.sold_at = 10,
                .email = "anna@x.nl",
                .phone = "0612345670",
                .first_name = "Anna",
                .last_name = "Bakker",
                .birth_date = "1980-02-03",
                .postcode = "1012LG",
                .house_number = "12",
                .country = "NL",
                .city = "Amsterdam",
                .pass = "cjp:123456"};
  const std::string known =
      "anna@x.nl|0612345670|Anna Bakker|1980-02-03|1012LG 12 Amsterdam NL|"
      "cjp:123456|";
  EXPECT_EQ(KnownEitherWay(all, {.sold_at = 20}), known + "20");
  EXPECT_EQ(KnownEitherWay(all, {.sold_at = 5}), known + "10");
  EXPECT_EQ(KnownEitherWay(all, {}), known + "10");
  // A mapping puts its country on every row.
  EXPECT_EQ(KnownEitherWay(all, {.sold_at = 20, .country = "NL"}),
            known + "20");
  EXPECT_EQ(KnownEitherWay(all, {.sold_at = 20, .country = "BE"}),
            known + "20");
  // Less of the same.
  EXPECT_EQ(
      KnownEitherWay(
          all, {.sold_at = 20, .last_name = "Bakker", .postcode = "1012LG"}),
      known + "20");
}

TEST(CustomerTableTest, TheLatestSaleCountsInWhateverOrder) {
  EXPECT_EQ(KnownEitherWay({.sold_at = 10, .email = "old@x.nl"},
                           {.sold_at = 20, .email = "new@x.nl"}),
            "new@x.nl|| ||   ||20");
  EXPECT_EQ(KnownEitherWay({.sold_at = -20, .email = "old@x.nl"},
                           {.sold_at = -10, .email = "new@x.nl"}),
            "new@x.nl|| ||   ||-10");
}

TEST(CustomerTableTest, NothingIsSoldInTheFuture) {
  // 2125 for 2025: the slip dates nobody.
  const int32_t slip = DayNumber({2125, 3, 1}) * 24;
  EXPECT_EQ(KnownEitherWay({.sold_at = slip, .email = "anna@x.nl"},
                           {.sold_at = 20, .phone = "0612345670"}),
            "anna@x.nl|0612345670| ||   ||20");
  OrderLine line;
  line.sold_at = slip;
  EXPECT_EQ(QuarterOfSale(line), 0);
}

TEST(CustomerTableTest, WithoutATimeTheLaterRowCounts) {
  EXPECT_EQ(Known({{.email = "one@x.nl"}, {.email = "two@x.nl"}}),
            fmt::format("two@x.nl|| ||   ||{}", INT32_MIN));
  EXPECT_EQ(Known({{.sold_at = 5, .email = "one@x.nl"},
                   {.sold_at = 5, .email = "two@x.nl"}}),
            "two@x.nl|| ||   ||5");
}

TEST(CustomerTableTest, WhatIsNoIdentifierReplacesNone) {
  for (const char* none :
       {"noreply@x.nl", "kassa@museum.example", "none", "x@", "test@x.nl"}) {
    EXPECT_EQ(KnownEitherWay({.sold_at = 1, .email = "anna@x.nl"},
                             {.sold_at = 2, .email = none}),
              "anna@x.nl|| ||   ||2")
        << none;
  }
  EXPECT_EQ(KnownEitherWay({.sold_at = 1, .phone = "0612345670"},
                           {.sold_at = 2, .phone = "0612345678"}),
            "|0612345670| ||   ||2");
  EXPECT_EQ(KnownEitherWay({.sold_at = 1, .birth_date = "1980-02-03"},
                           {.sold_at = 2, .birth_date = "1900-01-01"}),
            "|| |1980-02-03|   ||2");
  EXPECT_EQ(KnownEitherWay({.sold_at = 1, .last_name = "Bakker"},
                           {.sold_at = 2, .last_name = "Onbekend"}),
            "|| Bakker||   ||2");
}

// A postcode of one row and a house number of another are nobody's address.
TEST(CustomerTableTest, PartsAreNeverMixedOfTwoRows) {
  EXPECT_EQ(
      KnownEitherWay({.sold_at = 1, .postcode = "1012LG", .house_number = "12"},
                     {.sold_at = 2, .postcode = "9712HM", .house_number = "3"}),
      "|| ||9712HM 3  ||2");
  EXPECT_EQ(
      KnownEitherWay({.sold_at = 1, .postcode = "1012LG", .house_number = "12"},
                     {.sold_at = 2, .postcode = "9712HM"}),
      "|| ||1012LG 12  ||2");
  EXPECT_EQ(KnownEitherWay(
                {.sold_at = 1, .first_name = "Anna", .last_name = "Bakker"},
                {.sold_at = 2, .first_name = "Piet", .last_name = "Vos"}),
            "||Piet Vos||   ||2");
  EXPECT_EQ(KnownEitherWay(
                {.sold_at = 1, .first_name = "Anna", .last_name = "Bakker"},
                {.sold_at = 2, .first_name = "Piet"}),
            "||Anna Bakker||   ||2");
}

// 0475 is a Belgian mobile's beginning, and that of Roermond's landlines.
TEST(CustomerTableTest, ANumberStaysInTheCountryOfItsRow) {
  EXPECT_EQ(
      KnownEitherWay({.sold_at = 1, .phone = "0475 12 34 56", .country = "BE"},
                     {.sold_at = 2,
                      .postcode = "1012LG",
                      .house_number = "12",
                      .country = "NL"}),
      "|+32475123456| ||1012LG 12  NL||2");
}

TEST(CustomerTableTest, CustomersAreKeptApartInOrderOfAppearance) {
  CustomerTable table({});
  table.Add(kBob, LineOf({.email = "bob@x.nl"}), 7);
  table.Add(kAnna, LineOf({.email = "anna@x.nl"}), 8);
  table.Add(kBob, LineOf({.phone = "0612345670"}), 9);
  table.Add(kAnna, LineOf({.email = "anna@x.nl"}), 10);
  ASSERT_EQ(table.size(), 2u);
  std::string scratch;
  EXPECT_EQ(table.At(0, &scratch).handle, kBob);
  EXPECT_EQ(table.At(0, &scratch).row, 9u);
  EXPECT_EQ(table.At(0, &scratch).line.email, "bob@x.nl");
  EXPECT_EQ(table.At(0, &scratch).line.phone, "0612345670");
  EXPECT_EQ(table.At(1, &scratch).row, 8u);  // the last with news
  table.Clear();
  EXPECT_EQ(table.size(), 0u);
  table.Add(kAnna, LineOf({.email = "anna@y.nl"}), 1);
  EXPECT_EQ(table.At(0, &scratch).line.email, "anna@y.nl");
}

TEST(CustomerTableTest, IsFullBeforeMemoryIs) {
  CustomerTable table({});
  const std::string large(1 << 20, 'x');
  OrderLine line;
  line.last_name = large;
  uint64_t added = 0;
  while (!table.full()) {
    std::string id(16, 'c');
    id.replace(0, 8, fmt::format("{:08}", added++));
    table.Add(Handle::From(id), line, added);
  }
  EXPECT_EQ(added, CustomerTable::kBytesMax >> 20);
  table.Clear();
  EXPECT_FALSE(table.full());
}

// The first row once dated what it did not say.
TEST(CustomerTableTest, NoOrderOfRowsChangesWhatIsDelivered) {
  std::vector<Row> rows = {{.sold_at = 12, .last_name = "Bakker"},
                           {.sold_at = 1, .email = "first@x.nl"},
                           {.sold_at = 6, .email = "second@x.nl"}};
  const std::string expected = Known(rows);
  EXPECT_THAT(expected, ::testing::HasSubstr("second@x.nl"));
  std::vector<size_t> order = {0, 1, 2};
  do {
    EXPECT_EQ(Known({rows[order[0]], rows[order[1]], rows[order[2]]}), expected)
        << order[0] << order[1] << order[2];
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(CustomerTableTest, ARowThatSaysLessDatesNothing) {
  const std::vector<Row> rows = {
      {.sold_at = 1, .postcode = "1012AB", .house_number = "1"},
      {.sold_at = 3, .postcode = "1012AB"},
      {.sold_at = 2, .postcode = "3511CD", .house_number = "2"}};
  const std::string expected = Known(rows);
  EXPECT_THAT(expected, ::testing::HasSubstr("3511CD 2"));
  std::vector<size_t> order = {0, 1, 2};
  do {
    EXPECT_EQ(Known({rows[order[0]], rows[order[1]], rows[order[2]]}), expected)
        << order[0] << order[1] << order[2];
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace garderobe::client
