#include "client/agent/json_rows.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

AgentRow OneRow(std::string_view object) {
  const auto rows = ReadJsonRows(fmt::format("[{}]", object));
  EXPECT_THAT(rows, IsOk()) << object;
  EXPECT_EQ(rows->size(), 1u) << object;
  return rows->at(0);
}

std::string Field(const AgentRow& row, std::string_view name) {
  return row.fields[*RowFieldOf(name)];
}

TEST(JsonRowsTest, TextsAndNumbersAreTakenAsTheyAreWritten) {
  const AgentRow row = OneRow(
      R"({"order_id": 1001, "line_id": "1", "house_number": 12,
          "price": 12.5, "quantity": 2, "share": false, "email": null,
          "customer_id": 9007199254740991, "first_name": "Zo\u00eb"})");
  EXPECT_EQ(row.reason, "");
  EXPECT_EQ(Field(row, "order_id"), "1001");
  EXPECT_EQ(Field(row, "line_id"), "1");
  EXPECT_EQ(Field(row, "house_number"), "12");
  EXPECT_EQ(Field(row, "price"), "12.50");
  EXPECT_EQ(Field(row, "quantity"), "2");
  EXPECT_EQ(Field(row, "share"), "no");
  EXPECT_EQ(Field(row, "email"), "");
  EXPECT_EQ(Field(row, "customer_id"), "9007199254740991");
  EXPECT_EQ(Field(row, "first_name"), "Zoë");
}

TEST(JsonRowsTest, AnAmountThatFloatingPointHasSmearedIsInCents) {
  EXPECT_EQ(Field(OneRow(R"({"price": 35.099999999999994})"), "price"),
            "35.10");
  EXPECT_EQ(Field(OneRow(R"({"price": -0.30000000000000004})"), "price"),
            "-0.30");
  EXPECT_EQ(Field(OneRow(R"({"price": 1e-9})"), "price"), "1e-9");
  // Half a cent is none, and stays to be refused.
  EXPECT_EQ(Field(OneRow(R"({"price": 1.005})"), "price"), "1.005");
}

TEST(JsonRowsTest, WhatANumberHasDamagedIsRefusedByItsField) {
  for (const auto& [object, column] :
       std::vector<std::pair<std::string_view, std::string_view>>{
           {R"({"phone": 612345678})", "phone"},
           {R"({"postcode": 1012})", "postcode"},
           {R"({"pass": 12})", "pass"},
           {R"({"birth_date": 19850314})", "birth_date"},
           {R"({"starts_at": 1794256800})", "starts_at"},
           {R"({"customer_id": 1e21})", "customer_id"},
           // JavaScript reads both of these as the same number.
           {R"({"order_id": 1234567890123456789})", "order_id"},
           {R"({"order_id": 1234567890123456790})", "order_id"},
           {R"({"order_id": 123456789012345678901234567890})", "order_id"},
           {R"({"house_number": 12.0})", "house_number"},
           {R"({"status": true})", "status"},
           {R"({"email": ["a@b.nl"]})", "email"},
           {R"({"email": {"home": [[["a@b.nl"]]]}, "phone": "06"})",
            "email"}}) {
    const AgentRow row = OneRow(object);
    EXPECT_EQ(row.reason, "FIELD_TYPE") << object;
    EXPECT_EQ(row.column, column) << object;
  }
}

TEST(JsonRowsTest, NamesThatNobodyKnowsAndNamesTwiceAreRefused) {
  AgentRow row = OneRow(R"({"order_id": "1", "e_mail": "x@example.nl"})");
  EXPECT_EQ(row.reason, "FIELD_UNKNOWN");
  EXPECT_EQ(row.column, "e_mail");
  for (const std::string& field : row.fields) EXPECT_EQ(field, "");
  // What looks like no name is not repeated.
  EXPECT_EQ(OneRow(R"({"anna@example.nl 0612345678": 1})").column, "");
  row = OneRow(R"({"email": "a@example.nl", "email": "b@example.nl"})");
  EXPECT_EQ(row.reason, "FIELD_REPEATED");
  EXPECT_EQ(row.column, "email");
}

TEST(JsonRowsTest, DatesOfTheContractNeedNoGuess) {
  EXPECT_EQ(OneRow(R"({"starts_at": "03/04/2026 20:00"})").reason,
            "DATE_NOT_ISO");
  EXPECT_EQ(OneRow(R"({"sold_at": "1 mei 2026"})").column, "sold_at");
  EXPECT_EQ(OneRow(R"({"birth_date": "03-04-1985"})").column, "birth_date");
  EXPECT_EQ(OneRow(R"({"birth_date": "1985-04-03"})").reason, "");
  for (const char* time :
       {"2026-11-14T20:15", "2026-11-14 20:15:30", "2026-11-14T20:15:30.125Z",
        "2026-11-14T20:15+01:00", "2026-11-14T20:15-0330"}) {
    EXPECT_EQ(OneRow(fmt::format(R"({{"sold_at": "{}"}})", time)).reason, "")
        << time;
  }
  for (const char* time :
       {"2026-11-14T20:15+25:00", "2026-11-14T20:15-", "2026-11-14-02:00",
        "2026-11-14T2015", "2026-11-14T20:15 uur", "2026-11-14T20:15:"}) {
    EXPECT_EQ(OneRow(fmt::format(R"({{"sold_at": "{}"}})", time)).reason,
              "DATE_NOT_ISO")
        << time;
  }
  EXPECT_EQ(OneRow(R"({"starts_at": "2026-04-03T20:00"})").reason, "");
  EXPECT_EQ(OneRow(R"({"starts_at": " ", "order_id": "1"})").reason, "");
}

TEST(JsonRowsTest, ARowThatIsRefusedLeavesTheOthers) {
  const auto rows = ReadJsonRows(
      R"({"rows": [{"order_id": "1"}, 7, {}, [1, [2]], {"x": {"y": 1}},
                   {"order_id": "2"}, null]})");
  ASSERT_THAT(rows, IsOk());
  std::vector<std::string> reasons;
  for (const AgentRow& row : *rows) reasons.push_back(row.reason);
  EXPECT_THAT(reasons,
              ::testing::ElementsAre("", "ROW_NOT_AN_OBJECT", "ROW_EMPTY",
                                     "ROW_NOT_AN_OBJECT", "FIELD_UNKNOWN", "",
                                     "ROW_NOT_AN_OBJECT"));
  EXPECT_EQ(Field(rows->at(5), "order_id"), "2");
}

TEST(JsonRowsTest, WhatIsNoListOfRowsIsRefusedAsAWhole) {
  for (const std::string_view text :
       {"", "{}", "7", "null", R"({"lines": []})", R"({"rows": 7})",
        R"({"rows": [], "rows": []})", R"({"order_id": "1"})"}) {
    EXPECT_THAT(ReadJsonRows(text), StatusIs(StatusCode::kInvalidArgument))
        << text;
  }
  EXPECT_THAT(ReadJsonRows(R"([{"order_id": "1"}, {"order_id": )"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("byte 34")));
  EXPECT_THAT(ReadJsonRows("[{\"email\": \"\xff\xfe\"}]"),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(JsonRowsTest, DeepNestingAndManyRowsAreBounded) {
  // Eight million brackets: the parser keeps a bit of each.
  std::string deep = "[{\"email\": ";
  deep.append(8'000'000, '[');
  EXPECT_THAT(ReadJsonRows(deep), StatusIs(StatusCode::kInvalidArgument));
  std::string many = "[";
  for (size_t i = 0; i <= kRequestRowsMax; ++i) many += "{},";
  many += "{}]";
  EXPECT_THAT(ReadJsonRows(many), StatusIs(StatusCode::kResourceExhausted));
}

TEST(JsonRowsTest, ALineThatIsNoJsonLeavesTheOthers) {
  const auto rows = ReadNdjsonRows(
      "{\"order_id\": \"1\"}\r\n\n{\"order_id\": \n7\n{\"order_id\": \"2\"}");
  ASSERT_THAT(rows, IsOk());
  ASSERT_EQ(rows->size(), 4u);
  EXPECT_EQ(rows->at(0).reason, "");
  EXPECT_EQ(rows->at(1).reason, "LINE_NOT_JSON");
  EXPECT_EQ(rows->at(2).reason, "ROW_NOT_AN_OBJECT");
  EXPECT_EQ(Field(rows->at(3), "order_id"), "2");
}

}  // namespace
}  // namespace garderobe::client
