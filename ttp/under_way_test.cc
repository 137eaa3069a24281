#include "ttp/under_way.h"

#include <optional>

#include "gtest/gtest.h"

namespace garderobe::ttp {
namespace {

AggregatorHandle Handle(char c) {
  return AggregatorHandle::From(std::string(AggregatorHandle::kBytes, c));
}
std::string Handles(std::string_view letters) {
  std::string handles;
  for (char c : letters) handles += Handle(c).view();
  return handles;
}

class UnderWayTest : public ::testing::Test {
 protected:
  bool Ask(const UnderWay::Watch& watch, char c) {
    return watch.AfterThoseWith({Handle(c)}, [this] { ++called_; });
  }
  UnderWay under_way_;
  int called_ = 0;
};

TEST_F(UnderWayTest, NobodyIsUnderWay) {
  auto other = under_way_.Begin(Handles("xy"));
  const UnderWay::Watch watch(under_way_);
  EXPECT_FALSE(Ask(watch, 'a'));
  other.reset();
  EXPECT_EQ(called_, 0);
}

TEST_F(UnderWayTest, WaitsForAllThatHoldOne) {
  auto first = under_way_.Begin(Handles("xa"));
  const UnderWay::Watch watch(under_way_);
  auto second = under_way_.Begin(Handles("ab"));
  auto other = under_way_.Begin(Handles("b"));
  EXPECT_TRUE(Ask(watch, 'a'));
  first.reset();
  EXPECT_EQ(called_, 0);
  second.reset();
  EXPECT_EQ(called_, 1);
  other.reset();
  EXPECT_EQ(called_, 1);
}

// It may have been stored after the aggregator erased.
TEST_F(UnderWayTest, WhatHasEndedMeanwhileCounts) {
  auto batch = under_way_.Begin(Handles("a"));
  const UnderWay::Watch watch(under_way_);
  batch.reset();
  EXPECT_TRUE(Ask(watch, 'a'));
  EXPECT_EQ(called_, 1);
}

TEST_F(UnderWayTest, WhatEndedBeforeDoesNot) {
  under_way_.Begin(Handles("a")).reset();
  const UnderWay::Watch watch(under_way_);
  EXPECT_FALSE(Ask(watch, 'a'));
  EXPECT_EQ(called_, 0);
}

TEST_F(UnderWayTest, TheCallComesThoughTheWatchIsGone) {
  auto batch = under_way_.Begin(Handles("a"));
  {
    const UnderWay::Watch watch(under_way_);
    EXPECT_TRUE(Ask(watch, 'a'));
  }
  EXPECT_EQ(called_, 0);
  batch.reset();
  EXPECT_EQ(called_, 1);
}

TEST_F(UnderWayTest, NobodyIsCalledAtTheEnd) {
  auto batch = under_way_.Begin(Handles("a"));
  const UnderWay::Watch watch(under_way_);
  EXPECT_TRUE(Ask(watch, 'a'));
  under_way_.Stop();
  batch.reset();
  EXPECT_EQ(called_, 0);
}

}  // namespace
}  // namespace garderobe::ttp
