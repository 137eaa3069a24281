#include "client/orders/order_line.h"

#include "client/orders/price.h"
#include "client/orders/words.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

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
                                   {"€ 1 234,50", true, 123450},
                                   {"-€ 12,50", true, -1250},
                                   {"(12,50)", true, -1250},
                                   {"12,50-", true, -1250},
                                   {"gratis", true, 0},
                                   {"EUR 5", false, 500}}) {
    EXPECT_EQ(ParsePriceCents(
                  c.text, c.comma ? DecimalSign::kComma : DecimalSign::kPoint),
              c.cents)
        << c.text;
  }
}

TEST(PriceTest, WhatCantBeToldIsRefused) {
  for (const char* text :
       {"", "x", "12,34,5", "1.2.3", "12.345", "1e5", "--5", "0.123,456",
        "12..5", ".", "9999999999999999", "12.50.1", "12 50", "1 23 456"}) {
    EXPECT_FALSE(ParsePriceCents(text, DecimalSign::kPoint).has_value())
        << text;
  }
  EXPECT_FALSE(ParsePriceCents("12,345", DecimalSign::kComma).has_value());
  // Where nothing says what a separator means.
  for (const char* text : {"12,345", "12.345"}) {
    EXPECT_FALSE(ParsePriceCents(text, DecimalSign::kEither).has_value());
  }
  EXPECT_EQ(ParsePriceCents("1.234,50", DecimalSign::kEither), 123450);
}

TEST(QuantityTest, WholeTicketsOnly) {
  EXPECT_EQ(ParseQuantity("3"), 3u);
  EXPECT_EQ(ParseQuantity("3.00"), 3u);
  EXPECT_EQ(ParseQuantity("3,0"), 3u);
  EXPECT_EQ(ParseQuantity("0"), 0u);
  EXPECT_EQ(ParseQuantity("10000"), 10000u);
  for (const char* text :
       {"", "-1", "+1", "2x", "x", "2.5", "1,5", "10001", "4294967297",
        "99999999999999999999", ".", "2 ", "2.0x"}) {
    EXPECT_EQ(ParseQuantity(text), std::nullopt) << text;
  }
}

class OrderLineTest : public ::testing::Test {
 protected:
  OrderLineTest() {
    Set(Column::kOrderId, "O1");
    Set(Column::kLineId, "1");
    Set(Column::kEventId, "E1");
    Set(Column::kStartsAt, "2025-03-14 20:15");
  }
  void Set(Column column, std::string_view value) {
    fields_[static_cast<size_t>(column)] = value;
  }
  std::optional<Refusal> Read() {
    return ReadOrderLine(fields_, 7, rules_, &line_);
  }
  Fields fields_{};
  ReadingRules rules_;
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
           {Column::kLineId, "", "LINE_ID_MISSING"},
           {Column::kCustomerId, "6,12346E+08", "CUSTOMER_ID_ROUNDED"},
           {Column::kOrderId, "9.1E+12", "ORDER_ID_ROUNDED"},
           {Column::kOrderId, "1.23456789012346e+17", "ORDER_ID_ROUNDED"},
           {Column::kEventId, "", "EVENT_ID_MISSING"},
           {Column::kStartsAt, "tomorrow", "STARTS_AT_INVALID"},
           {Column::kQuantity, "-1", "RETURN_UNEXPECTED"},
           {Column::kQuantity, "-x", "QUANTITY_INVALID"},
           {Column::kPrice, "-12.50", "RETURN_UNEXPECTED"},
           {Column::kQuantity, "2.5", "QUANTITY_INVALID"},
           {Column::kPrice, "duur", "PRICE_INVALID"},
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

TEST_F(OrderLineTest, ADateOfSaleThatIsNoneCostsNoVisit) {
  for (const char* none : {"31-02-2025", "0000-00-00 00:00:00", "0001-01-01",
                           "1970-01-01 01:00:00", "later"}) {
    Set(Column::kSoldAt, none);
    ASSERT_FALSE(Read().has_value()) << none;
    EXPECT_EQ(line_.sold_at, INT32_MIN) << none;
  }
  EXPECT_THAT(rules_.dates.oddities(),
              ::testing::ElementsAre(::testing::HasSubstr("5 dates of sale")));
}

TEST_F(OrderLineTest, MoneyThatGoesBackOfWhatIsCancelledIsNoFault) {
  Set(Column::kPrice, "-12.50");
  Set(Column::kStatus, "refunded");
  EXPECT_FALSE(Read().has_value());
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

TEST_F(OrderLineTest, IdsThatOnlyLookRoundedAreKept) {
  Set(Column::kCustomerId, "E+1");
  Set(Column::kOrderId, "A1E+5");
  Set(Column::kQuantity, "2.0");
  ASSERT_FALSE(Read().has_value());
  EXPECT_EQ(line_.quantity, 2u);
}

TEST(ToUtf8Test, Windows1252IsReadFieldByField) {
  EXPECT_EQ(ToUtf8("Zo\xeb"), "Zoë");
  EXPECT_EQ(ToUtf8("Zoë"), "Zoë");
  EXPECT_EQ(ToUtf8("\x80 5"), "€ 5");
}

}  // namespace
}  // namespace garderobe::client
