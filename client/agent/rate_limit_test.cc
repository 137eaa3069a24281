#include "client/agent/rate_limit.h"

#include "gtest/gtest.h"

namespace garderobe::client {
namespace {

TEST(RateLimitTest, ASecondMayBeCaughtUpAndNoMore) {
  using Clock = RateLimit::Clock;
  RateLimit rate(100);
  const Clock::time_point now = Clock::now();
  EXPECT_LE(rate.Reserve(100, now), now);
  EXPECT_GT(rate.Reserve(100, now), now);
  // An hour later no more than a second's rows go at once.
  const Clock::time_point later = now + std::chrono::hours(1);
  EXPECT_LE(rate.Reserve(100, later), later);
  EXPECT_GT(rate.Reserve(100, later), later + std::chrono::milliseconds(900));
  // One row that goes counts as one.
  RateLimit slow(10);
  EXPECT_LE(slow.Reserve(1, now), now);
  RateLimit none(0);
  EXPECT_EQ(none.Reserve(1'000'000, now), now);
}

}  // namespace
}  // namespace garderobe::client
