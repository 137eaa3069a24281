#include "ttp/under_way.h"

#include "gtest/gtest.h"

namespace garderobe::ttp {
namespace {

class UnderWayTest : public ::testing::Test {
 protected:
  bool Ask(const UnderWay::Watch& watch) {
    return watch.AfterAll([this] { ++called_; });
  }
  UnderWay under_way_;
  int called_ = 0;
};

TEST_F(UnderWayTest, NobodyIsUnderWay) {
  const UnderWay::Watch watch(under_way_);
  EXPECT_FALSE(Ask(watch));
  EXPECT_EQ(called_, 0);
}

TEST_F(UnderWayTest, WaitsForAllThatWereSeen) {
  auto first = under_way_.Begin();
  const UnderWay::Watch watch(under_way_);
  auto second = under_way_.Begin();
  EXPECT_TRUE(Ask(watch));
  auto later = under_way_.Begin();
  first.reset();
  EXPECT_EQ(called_, 0);
  second.reset();
  EXPECT_EQ(called_, 1);
  later.reset();
  EXPECT_EQ(called_, 1);
}

// It may have been stored after the aggregator erased.
TEST_F(UnderWayTest, WhatHasEndedMeanwhileCounts) {
  auto batch = under_way_.Begin();
  const UnderWay::Watch watch(under_way_);
  batch.reset();
  EXPECT_TRUE(Ask(watch));
  EXPECT_EQ(called_, 1);
}

TEST_F(UnderWayTest, WhatEndedBeforeDoesNot) {
  under_way_.Begin().reset();
  const UnderWay::Watch watch(under_way_);
  EXPECT_FALSE(Ask(watch));
  EXPECT_EQ(called_, 0);
}

TEST_F(UnderWayTest, TheCallComesThoughTheWatchIsGone) {
  auto batch = under_way_.Begin();
  {
    const UnderWay::Watch watch(under_way_);
    EXPECT_TRUE(Ask(watch));
  }
  EXPECT_EQ(called_, 0);
  batch.reset();
  EXPECT_EQ(called_, 1);
}

TEST_F(UnderWayTest, NobodyIsCalledAtTheEnd) {
  auto batch = under_way_.Begin();
  const UnderWay::Watch watch(under_way_);
  EXPECT_TRUE(Ask(watch));
  under_way_.Stop();
  batch.reset();
  EXPECT_EQ(called_, 0);
}

TEST_F(UnderWayTest, ItsRelationsAreThoseOfBatchesThatHaveNotEnded) {
  const auto named = [](char name) {
    return VaultHandle::From(std::string(VaultHandle::kBytes, name));
  };
  auto first = under_way_.Begin({named('a'), named('b')});
  const auto second = under_way_.Begin({named('b'), named('c')});
  EXPECT_EQ(under_way_.Relations(),
            (std::set<VaultHandle>{named('a'), named('b'), named('c')}));
  first.reset();
  EXPECT_EQ(under_way_.Relations(),
            (std::set<VaultHandle>{named('b'), named('c')}));
}

}  // namespace
}  // namespace garderobe::ttp
