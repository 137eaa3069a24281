// The days on which retention runs, and how much it may remove in one.
#include "core/retention/removal_ceiling.h"
#include "core/retention/run_calendar.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;

class RunCalendarTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen() {
    auto calendar = RunCalendar::Create(
        kept_, [this] { return FromDayNumber(today_); },
        [this](int32_t day) -> absl::Status {
          if (disk_is_full_) return Unavailable("full");
          kept_ = day;
          return absl::OkStatus();
        });
    ASSERT_THAT(calendar, IsOk());
    calendar_ = *std::move(calendar);
  }
  int32_t today_ = DayNumber({2026, 11, 28});
  std::optional<int32_t> kept_;
  bool disk_is_full_ = false;
  std::unique_ptr<RunCalendar> calendar_;
};

TEST_F(RunCalendarTest, TheCallersDayMayDifferByOne) {
  for (int32_t difference : {-1, 0, 1}) {
    EXPECT_THAT(calendar_->Begin(today_ + difference), IsOk()) << difference;
  }
  for (int32_t day : {today_ - 2, today_ + 2, 0, DayNumber({2090, 1, 1}),
                      INT32_MAX, INT32_MIN}) {
    const auto refused = calendar_->Begin(day);
    EXPECT_THAT(refused.status(), StatusIs(kRefused)) << day;
    EXPECT_THAT(std::string(Message(refused.status())),
                ::testing::HasSubstr("2026-11-28"));
  }
}

// The own clock jumps: neither the timer nor a caller whose clock has jumped
// with it removes anything, also after a restart.
TEST_F(RunCalendarTest, AJumpSinceTheLastRunIsRefused) {
  EXPECT_THAT(calendar_->Begin(std::nullopt), IsOk());
  const int32_t right = today_;
  for (int32_t jump : {41, 23'000, -1, -400}) {
    today_ = right + jump;
    Reopen();
    EXPECT_THAT(calendar_->Begin(std::nullopt).status(), StatusIs(kRefused));
    EXPECT_THAT(calendar_->Begin(today_).status(), StatusIs(kRefused));
    EXPECT_EQ(kept_, right);
  }
  today_ = right + 40;
  EXPECT_THAT(calendar_->Begin(today_), IsOk());
  EXPECT_EQ(kept_, today_);
}

// What runs every hour must not stand for the runs that are missing.
TEST_F(RunCalendarTest, AnotherLookKeepsNoDay) {
  EXPECT_THAT(calendar_->Begin(std::nullopt), IsOk());
  const int32_t right = today_;
  for (int day = 0; day < RunCalendar::kPauseDaysMax; ++day) {
    ++today_;
    EXPECT_THAT(calendar_->Check(std::nullopt), IsOk());
  }
  EXPECT_EQ(kept_, right);
  ++today_;
  EXPECT_THAT(calendar_->Check(std::nullopt).status(), StatusIs(kRefused));
  EXPECT_THAT(calendar_->Begin(today_).status(), StatusIs(kRefused));
}

TEST_F(RunCalendarTest, AJumpBeforeTheFirstRunIsRefused) {
  today_ = DayNumber({2090, 1, 1});
  EXPECT_THAT(calendar_->Begin(today_).status(), StatusIs(kRefused));
}

TEST_F(RunCalendarTest, WhatTwoConfirmGoesOnAndAWrongClockIsNoWayIn) {
  const int32_t before = today_;
  today_ += 100;  // a long outage
  EXPECT_THAT(calendar_->Begin(today_).status(), StatusIs(kRefused));
  EXPECT_THAT(calendar_->Confirm(today_), IsOk());
  EXPECT_THAT(calendar_->Begin(today_), IsOk());
  // A run at a day that was wrong; the clock is right again.
  today_ = before;
  EXPECT_THAT(calendar_->Begin(today_).status(), StatusIs(kRefused));
  EXPECT_THAT(calendar_->Confirm(today_), IsOk());
  EXPECT_THAT(calendar_->Begin(today_), IsOk());
  // They know better than the clock.
  today_ = DayNumber({2090, 1, 1});
  EXPECT_THAT(calendar_->Confirm(before), StatusIs(kRefused));
  EXPECT_THAT(calendar_->Begin(today_).status(), StatusIs(kRefused));
}

TEST_F(RunCalendarTest, WithoutADiskThereIsNoRun) {
  disk_is_full_ = true;
  ++today_;
  EXPECT_THAT(calendar_->Begin(today_).status(),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(kept_, today_ - 1);
}

TEST(RemovalCeilingTest, FivePercentAndAtLeastTen) {
  auto left = [](uint64_t held, uint64_t removed, uint64_t released = 0) {
    return RemovalCeiling{1, held, removed, released}.left();
  };
  EXPECT_EQ(left(0, 0), 10u);
  EXPECT_EQ(left(200, 0), 10u);
  EXPECT_EQ(left(1000, 0), 50u);
  EXPECT_EQ(left(1019, 0), 50u);
  EXPECT_EQ(left(1000, 50), 0u);
  EXPECT_EQ(left(1000, 60), 0u);
  EXPECT_EQ(left(1000, 50, 7), 7u);
  EXPECT_EQ(left(UINT64_MAX, 0), UINT64_MAX / 20);
}

TEST(RemovalCeilingTest, IsTheSameAfterItWasStored) {
  const RemovalCeiling ceiling{-5, 1000, 20, 3};
  const std::string bytes = Encode(ceiling);
  EXPECT_EQ(bytes.size(), RemovalCeiling::kBytes);
  RemovalCeiling read;
  ASSERT_TRUE(Decode(bytes, &read));
  EXPECT_EQ(Encode(read), bytes);
  EXPECT_EQ(read.day, -5);
  EXPECT_TRUE(read.CountsFor(-5));
  EXPECT_TRUE(read.CountsFor(-6));
  EXPECT_FALSE(read.CountsFor(-4));
  EXPECT_FALSE(Decode(bytes.substr(1), &read));
  EXPECT_FALSE(Decode(bytes + "x", &read));
}

}  // namespace
}  // namespace garderobe
