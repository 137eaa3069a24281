#include "core/base/bytes.h"
#include "core/base/civil_time.h"
#include "core/base/integer.h"
#include "core/base/secret_bytes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

TEST(HexTest, RoundTripsAndRefusesWhatIsNotHex) {
  EXPECT_EQ(ToHex(AsBytes("\x01\xff")), "01ff");
  EXPECT_THAT(FromHex("01FF"), IsOkAndHolds("\x01\xff"));
  EXPECT_THAT(FromHex("0"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(FromHex("0g"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ByteReaderTest, StopsAtTheEndWithoutMoving) {
  std::string bytes;
  PutLengthPrefixed(bytes, "abc");
  PutBigEndian<uint32_t>(bytes, 7);
  ByteReader reader(bytes);
  std::string_view text;
  uint32_t number = 0;
  ASSERT_TRUE(reader.GetLengthPrefixed(&text));
  EXPECT_EQ(text, "abc");
  uint64_t too_wide;
  EXPECT_FALSE(reader.GetInteger(&too_wide));
  ASSERT_TRUE(reader.GetInteger(&number));
  EXPECT_EQ(number, 7u);
  EXPECT_TRUE(reader.empty());
}

TEST(ByteReaderTest, LengthBeyondTheEndIsRefused) {
  ByteReader reader(
      std::string_view("\x00\x05"
                       "ab",
                       4));
  std::string_view text;
  EXPECT_FALSE(reader.GetLengthPrefixed(&text));
  EXPECT_FALSE(reader.empty());
}

TEST(IntegerTest, ReadsWhatIsANumberAndNothingElse) {
  EXPECT_EQ(ParseInteger<int>("0"), 0);
  EXPECT_EQ(ParseInteger<int>("007"), 7);
  EXPECT_EQ(ParseInteger<int>("-12"), -12);
  for (const char* text :
       {"", "-", "+", "+1", "--1", " 1", "1 ", "1\n", "1x", "x1", "1.0", "1,0",
        "1e3", "0x10", "1-2", "\xc2\xb2", "\xef\xbc\x91"}) {
    EXPECT_EQ(ParseInteger<int>(text), std::nullopt) << text;
  }
  // A zero byte is text as any other.
  EXPECT_EQ(ParseInteger<int>(std::string_view("1\0", 2)), std::nullopt);
}

TEST(IntegerTest, WhatDoesNotFitIsNoNumber) {
  EXPECT_EQ(ParseInteger<uint16_t>("65535"), 65535);
  EXPECT_EQ(ParseInteger<uint16_t>("65536"), std::nullopt);
  EXPECT_EQ(ParseInteger<uint32_t>("-1"), std::nullopt);
  EXPECT_EQ(ParseInteger<int32_t>("2147483647"), 2147483647);
  EXPECT_EQ(ParseInteger<int32_t>("2147483648"), std::nullopt);
  EXPECT_EQ(ParseInteger<int64_t>("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(ParseInteger<int64_t>("9223372036854775808"), std::nullopt);
  EXPECT_EQ(ParseInteger<uint64_t>(std::string(40, '9')), std::nullopt);
}

TEST(SecretBytesTest, PrintsOnlyItsLength) {
  struct Role;
  auto secret = SecretBytes<32, Role>::CopyFrom(AsBytes(std::string(32, 'k')));
  EXPECT_EQ(::testing::PrintToString(secret), "(32 secret bytes)");
}

TEST(CivilTimeTest, DayNumbersGoBothWays) {
  EXPECT_EQ(DayNumber({2000, 1, 1}), 0);
  EXPECT_EQ(DayNumber({2000, 3, 1}), 60);
  for (int32_t day = -40000; day < 80000; day += 13) {
    EXPECT_EQ(DayNumber(FromDayNumber(day)), day);
  }
}

TEST(CivilTimeTest, ReadsTheFormsThatBoxOfficesWrite) {
  const int32_t expected = DayNumber({2025, 3, 14}) * 1440 + 20 * 60 + 15;
  for (const char* text :
       {"2025-03-14T20:15", "2025-03-14 20:15:00", "2025-03-14T20:15:00.123Z",
        "2025-03-14T20:15:00+01:00", "14-03-2025 20:15", "14/3/2025 20:15"}) {
    EXPECT_EQ(ParseLocalMinutes(text), expected) << text;
  }
  EXPECT_EQ(ParseLocalMinutes("2025-03-14"), DayNumber({2025, 3, 14}) * 1440);
}

TEST(CivilTimeTest, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "2025", "2025-02-29", "2025-13-01", "2025-03-14T25:00", "x",
        "2025-03-14T20:61", "2025-03-14T20:15junk", "31-04-2025", "0-0-0000",
        "03/14/2025", "2025-03-14T", "14-03-25", "0000-01-01"}) {
    EXPECT_FALSE(ParseLocalMinutes(text).has_value()) << text;
  }
  EXPECT_FALSE(ParseDate("2025-03-14T20:15").has_value());
  // The hyphen behind the month stands where that of an ISO date does.
  for (const char* text : {"2-11-1975", "02-11-1975", "2/11/1975"}) {
    const auto date = ParseDate(text);
    ASSERT_TRUE(date.has_value()) << text;
    EXPECT_EQ(ToIso(*date), "1975-11-02");
  }
}

}  // namespace
}  // namespace garderobe
