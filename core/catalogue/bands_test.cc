#include "core/catalogue/bands.h"

#include "gtest/gtest.h"

namespace garderobe {
namespace {

TEST(BandsTest, LeadTimesBeginWhereTheBandBeforeEnds) {
  const auto band = [](std::optional<int32_t> days) {
    return kLeadTimes[LeadTimeBand(days)];
  };
  EXPECT_EQ(band(std::nullopt), "unknown");
  EXPECT_EQ(band(-3), "same_day");
  EXPECT_EQ(band(0), "same_day");
  EXPECT_EQ(band(1), "1-6_days");
  EXPECT_EQ(band(6), "1-6_days");
  EXPECT_EQ(band(7), "1-4_weeks");
  EXPECT_EQ(band(27), "1-4_weeks");
  EXPECT_EQ(band(28), "1-3_months");
  EXPECT_EQ(band(89), "1-3_months");
  EXPECT_EQ(band(90), "over_3_months");
}

TEST(BandsTest, AgesAreThoseOfTheYearsLastDay) {
  const auto band = [](int born) { return kAges[AgeBand(born, 2025)]; };
  EXPECT_EQ(band(0), "unknown");
  EXPECT_EQ(band(2026), "unknown");
  EXPECT_EQ(band(2025), "0-11");
  EXPECT_EQ(band(2014), "0-11");
  EXPECT_EQ(band(2013), "12-17");
  EXPECT_EQ(band(2007), "18-24");
  EXPECT_EQ(band(2000), "25-29");
  EXPECT_EQ(band(1995), "30-44");
  EXPECT_EQ(band(1980), "45-54");
  EXPECT_EQ(band(1970), "55-64");
  EXPECT_EQ(band(1960), "65-74");
  EXPECT_EQ(band(1950), "75+");
  EXPECT_EQ(band(1900), "75+");
}

TEST(BandsTest, VisitsAndMoney) {
  EXPECT_EQ(kFrequencies[FrequencyBand(1)], "1");
  EXPECT_EQ(kFrequencies[FrequencyBand(2)], "2");
  EXPECT_EQ(kFrequencies[FrequencyBand(3)], "3-5");
  EXPECT_EQ(kFrequencies[FrequencyBand(5)], "3-5");
  EXPECT_EQ(kFrequencies[FrequencyBand(6)], "6+");
  EXPECT_EQ(kValues[ValueBand(-1)], "0");
  EXPECT_EQ(kValues[ValueBand(0)], "0");
  EXPECT_EQ(kValues[ValueBand(1)], "under_25");
  EXPECT_EQ(kValues[ValueBand(24'99)], "under_25");
  EXPECT_EQ(kValues[ValueBand(25'00)], "25-49");
  EXPECT_EQ(kValues[ValueBand(249'99)], "100-249");
  EXPECT_EQ(kValues[ValueBand(250'00)], "250+");
}

}  // namespace
}  // namespace garderobe
