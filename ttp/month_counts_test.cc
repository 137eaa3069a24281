#include "ttp/month_counts.h"

#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace garderobe::ttp {
namespace {

// Takes rows within a budget, as Budgets does. Returns whether they fit.
bool Take(MonthCounts& counts, const std::string& month, uint64_t budget,
          uint64_t rows) {
  if (counts.At(month).used + rows > budget) return false;
  counts.Add(month, rows);
  return true;
}

TEST(MonthCountsTest, ANewMonthBeginsWithNothing) {
  MonthCounts counts;
  counts.At("2026-11");
  counts.Add("2026-11", 100);
  EXPECT_EQ(counts.At("2026-12").used, 0u);
  EXPECT_EQ(counts.At("2026-11").used, 100u);
}

TEST(MonthCountsTest, AMonthForwardAndBackGivesNoSecondBudget) {
  MonthCounts counts;
  EXPECT_TRUE(Take(counts, "2026-11", 100, 40));
  EXPECT_TRUE(Take(counts, "2026-12", 100, 60));
  // Both months have the 60, whenever they come.
  EXPECT_EQ(counts.At("2026-11").used, 100u);
  EXPECT_FALSE(Take(counts, "2026-11", 100, 1));
  EXPECT_EQ(counts.At("2026-12").used, 60u);
  // Looked at again, they are not carried again.
  EXPECT_EQ(counts.At("2026-11").used, 100u);
}

TEST(MonthCountsTest, AFarFutureDoesNotBlockTheMonthsBeforeIt) {
  MonthCounts counts;
  EXPECT_TRUE(Take(counts, "2090-01", 100, 90));
  int noticed = 0;
  const auto count = [&](const std::string& ahead, const MonthCounts::Count&) {
    EXPECT_EQ(ahead, "2090-01");
    ++noticed;
  };
  EXPECT_EQ(counts.At("2026-11", count).used, 90u);
  EXPECT_EQ(counts.At("2026-11", count).used, 90u);
  EXPECT_EQ(noticed, 1);
  EXPECT_TRUE(Take(counts, "2026-11", 100, 10));
  EXPECT_FALSE(Take(counts, "2026-11", 100, 1));
  EXPECT_TRUE(Take(counts, "2026-12", 100, 100));
  EXPECT_TRUE(Take(counts, "2027-01", 100, 100));
}

TEST(MonthCountsTest, AClockThatIsSetBackGivesNothingTwice) {
  for (const char* past : {"2026-10", "2025-11", "2000-01"}) {
    MonthCounts counts;
    EXPECT_TRUE(Take(counts, "2026-11", 100, 80));
    EXPECT_TRUE(Take(counts, past, 100, 20)) << past;
    EXPECT_FALSE(Take(counts, past, 100, 1)) << past;
    EXPECT_FALSE(Take(counts, "2026-11", 100, 1)) << past;
  }
}

// However a clock jumps between two months, both together give no more than two
// budgets, and at most one while it is back in the first.
TEST(MonthCountsTest, NoSequenceOfJumpsGivesMoreThanTheMonthsHave) {
  constexpr uint64_t kBudget = 100;
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    MonthCounts counts;
    uint64_t let_through = 0;
    for (int step = 0; step < 300; ++step) {
      const char* month = random() % 2 == 0 ? "2026-11" : "2026-12";
      const uint64_t rows = 1 + random() % 20;
      if (Take(counts, month, kBudget, rows)) let_through += rows;
    }
    EXPECT_LE(let_through, 2 * kBudget) << "seed " << seed;
    EXPECT_GE(counts.At("2026-12").used, kBudget - 20) << "seed " << seed;
  }
}

TEST(MonthCountsTest, WhatWasNotLetThroughIsTakenBackEverywhere) {
  MonthCounts counts;
  counts.At("2026-12");
  counts.Add("2026-12", 5);
  counts.At("2026-11");
  counts.Add("2026-11", 7);
  counts.TakeBack("2026-11", 7);
  EXPECT_EQ(counts.At("2026-11").used, 5u);
  EXPECT_EQ(counts.At("2026-12").used, 5u);
}

TEST(MonthCountsTest, OnlyTheLatestMonthsAreKept) {
  MonthCounts counts;
  for (int month = 1; month <= 12; ++month) {
    for (const char* year : {"2026-", "2027-"}) {
      const std::string name =
          year + std::string(month < 10 ? "0" : "") + std::to_string(month);
      counts.months()[name].used = 1;
    }
  }
  counts.At("2028-01");
  EXPECT_EQ(counts.months().size(), 1 + MonthCounts::kPastMonthsKept);
  EXPECT_EQ(counts.months().begin()->first, "2027-01");
}

}  // namespace
}  // namespace garderobe::ttp
