#include "aggregator/mirror/customer_schedule.h"

#include "gtest/gtest.h"

namespace garderobe::aggregator {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const CustomerSchedule::TimePoint kStart{};

TEST(CustomerScheduleTest, CountsWhenADeliveryIsOverAndThenOnceADay) {
  CustomerSchedule schedule(hours(24));
  EXPECT_FALSE(schedule.IsDue("a", 1, 0, kStart));
  EXPECT_FALSE(schedule.IsDue("a", 2, 0, kStart + minutes(9)));
  EXPECT_FALSE(schedule.IsDue("a", 2, 0, kStart + minutes(18)));
  EXPECT_TRUE(schedule.IsDue("a", 2, 0, kStart + minutes(19)));
  schedule.Counted("a", kStart + minutes(19));
  EXPECT_FALSE(schedule.IsDue("a", 2, 2, kStart + hours(30)));
  EXPECT_FALSE(schedule.IsDue("a", 3, 2, kStart + hours(1)));
  EXPECT_FALSE(schedule.IsDue("a", 3, 2, kStart + hours(24)));
  EXPECT_TRUE(schedule.IsDue("a", 3, 2, kStart + hours(25)));
  // Another institution has a day of its own.
  EXPECT_FALSE(schedule.IsDue("b", 3, 2, kStart + hours(25)));
  EXPECT_TRUE(schedule.IsDue("b", 3, 2, kStart + hours(26)));
}

TEST(CustomerScheduleTest, WhoChangesAllTheTimeIsCountedAfterTwoPeriods) {
  CustomerSchedule schedule(hours(24));
  uint64_t version = 1;
  auto now = kStart;
  for (; now < kStart + hours(48); now += minutes(1)) {
    ASSERT_FALSE(schedule.IsDue("a", ++version, 0, now));
  }
  EXPECT_TRUE(schedule.IsDue("a", ++version, 0, now));
}

TEST(CustomerScheduleTest, ATrialWithAShortPeriodWaitsNoLonger) {
  CustomerSchedule schedule(minutes(0));
  EXPECT_FALSE(schedule.IsDue("a", 1, 0, kStart));
  EXPECT_FALSE(schedule.IsDue("a", 1, 0, kStart + seconds(2)));
  EXPECT_TRUE(schedule.IsDue("a", 1, 0, kStart + seconds(3)));
  schedule.Counted("a", kStart + seconds(3));
  EXPECT_FALSE(schedule.IsDue("a", 2, 1, kStart + seconds(4)));
  EXPECT_TRUE(schedule.IsDue("a", 2, 1, kStart + seconds(7)));
}

}  // namespace
}  // namespace garderobe::aggregator
