#include "client/orders/dates.h"

#include "core/base/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spdlog/fmt/fmt.h"

namespace garderobe::client {
namespace {

std::string Text(std::optional<int32_t> minutes) {
  if (!minutes) return "-";
  const int32_t day = (*minutes - (*minutes < 0 ? 1439 : 0)) / 1440;
  const int32_t rest = *minutes - day * 1440;
  return ToIso(FromDayNumber(day)) +
         fmt::format(" {:02}:{:02}", rest / 60, rest % 60);
}

TEST(DatesTest, ReadsWhatBoxOfficesWrite) {
  const DateReader reader;
  for (const auto& [written, read] :
       std::initializer_list<std::pair<const char*, const char*>>{
           {"2025-03-14 20:15", "2025-03-14 20:15"},
           {"2025-03-14T20:15:00.000+01:00", "2025-03-14 20:15"},
           {"za 15 mrt 2025 20.15 uur", "2025-03-15 20:15"},
           {"za 15 mrt 2025 9.30 uur", "2025-03-15 09:30"},
           {"14 maart 2025", "2025-03-14 00:00"},
           {"14-3-25 8:05", "2025-03-14 08:05"},
           {"14/03/2025 20u15", "2025-03-14 20:15"},
           {"Mar 14, 2025 8:15 PM", "2025-03-14 20:15"},
           {"Dec 31, 2025 12:30 AM", "2025-12-31 00:30"},
           {"2025-02-03 08:15 PM", "2025-02-03 20:15"},
           {"14. Februar 2025, 19:30 Uhr", "2025-02-14 19:30"},
           {"vendredi 14 août 2025 20h30", "-"},
           {"ven 14 août 2025 20h30", "2025-08-14 20:30"}}) {
    EXPECT_EQ(Text(reader.Minutes(written)), read) << written;
  }
}

TEST(DatesTest, WhatIsNoDateIsNone) {
  const DateReader reader;
  for (const char* text :
       {"", "gisteren", "14", "14 mrt", "2025", "31-02-2025", "14 mrt 2025 20",
        "14-03-2025 25:00", "14 mrt 2025 20:75", "12:30",
        "14 mrt 2025 13:00 PM", "14-03-12025", "99-99-9999", "14 mrt 2025 kaas",
        "14 mrt mrt 2025", "14-03-2025 20:15 20:15", "1-2-3-4-5-6-7",
        "14 mrt 1899"}) {
    EXPECT_EQ(Text(reader.Minutes(text)), "-") << text;
  }
}

TEST(DatesTest, MonthFirstIsOnlyForNumbers) {
  const DateReader reader(true);
  EXPECT_EQ(Text(reader.Minutes("3/14/2025 8:15 PM")), "2025-03-14 20:15");
  EXPECT_EQ(Text(reader.Minutes("4/5/2025")), "2025-04-05 00:00");
  EXPECT_EQ(Text(reader.Minutes("2025-04-05")), "2025-04-05 00:00");
  EXPECT_EQ(Text(reader.Minutes("5 april 2025")), "2025-04-05 00:00");
  EXPECT_EQ(Text(reader.Minutes("14/3/2025")), "-");
}

// The clocks went forward at 02:00 on 30 March 2025.
TEST(DatesTest, AnOffsetIsPutIntoTheZone) {
  const DateReader reader(false, "Europe/Amsterdam");
  EXPECT_EQ(Text(reader.Minutes("2025-03-14T19:15:00Z")), "2025-03-14 20:15");
  EXPECT_EQ(Text(reader.Minutes("2025-07-14T19:15:00Z")), "2025-07-14 21:15");
  EXPECT_EQ(Text(reader.Minutes("2025-03-30T02:30:00+01:00")),
            "2025-03-30 03:30");
  EXPECT_EQ(Text(reader.Minutes("2025-03-14 19:15:00")), "2025-03-14 19:15");
  EXPECT_EQ(Text(reader.Minutes("1999-12-31T23:30:00Z")), "2000-01-01 00:30");
  EXPECT_TRUE(IsTimeZone("Europe/Brussels"));
  EXPECT_FALSE(IsTimeZone("Europe/Nergens"));
}

TEST(DatesTest, OffsetsInAllForms) {
  const DateReader here, zone(false, "Europe/Amsterdam");
  const auto local = here.Minutes("2026-06-15 00:00");
  for (const char* written :
       {"2026-06-14T22:00:00Z", "2026-06-14T22:00:00+00:00",
        "2026-06-14 22:00:00 UTC", "2026-06-15 00:00:00 +0200",
        "2026-06-15 00:00:00.000000+02:00", "2026-06-15T00:00:00+02",
        "2026-06-15T00:00:00+02:00[Europe/Amsterdam]",
        "Mon, 15 Jun 2026 00:00:00 +0200", "14-06-2026 22:00 GMT"}) {
    EXPECT_EQ(zone.Minutes(written), local) << written;
    EXPECT_TRUE(here.Minutes(written).has_value()) << written;
  }
  EXPECT_THAT(here.oddities(),
              testing::ElementsAre(testing::HasSubstr("9 times")));
  EXPECT_TRUE(zone.oddities().empty());
}

TEST(DatesTest, MidnightIsOfTheNextDay) {
  const DateReader reader;
  EXPECT_EQ(reader.Minutes("14-03-2026 24:00"),
            reader.Minutes("15-03-2026 00:00"));
  EXPECT_EQ(reader.Minutes("14-03-2026 24:30"), std::nullopt);
  EXPECT_EQ(reader.Minutes("14-03-2026 25:30"), std::nullopt);
}

TEST(DatesTest, TheOtherOrderIsTold) {
  const DateReader reader;
  EXPECT_FALSE(reader.Minutes("03/25/2026").has_value());
  EXPECT_THAT(reader.oddities(),
              testing::ElementsAre(testing::HasSubstr("month-first")));
}

TEST(DatesTest, BirthDatesNeedFourDigitsOfAYear) {
  const DateReader reader;
  EXPECT_EQ(reader.BirthDate("14-03-1985"), "14-03-1985");
  EXPECT_EQ(reader.BirthDate("1985-03-14T00:00:00"), "1985-03-14");
  EXPECT_EQ(reader.BirthDate("14 maart 1985"), "1985-03-14");
  EXPECT_EQ(reader.BirthDate("14-03-85"), "14-03-85");
  EXPECT_EQ(reader.BirthDate("19850314"), "1985-03-14");
  EXPECT_EQ(reader.BirthDate("10122001"), "10122001");
  EXPECT_EQ(reader.BirthDate("1985-03-13T23:00:00Z"), "1985-03-13T23:00:00Z");
  EXPECT_EQ(
      DateReader(false, "Europe/Amsterdam").BirthDate("1985-03-13T23:00:00Z"),
      "1985-03-14");
  EXPECT_EQ(DateReader(true).BirthDate("3/14/1985"), "1985-03-14");
}

}  // namespace
}  // namespace garderobe::client
