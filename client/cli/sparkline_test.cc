#include "client/cli/sparkline.h"

#include "gtest/gtest.h"

namespace garderobe::client {
namespace {

TEST(SparklineTest, TheLargestIsFullAndNothingIsLow) {
  EXPECT_EQ(Sparkline({0, 50, 100}), "▁▄█");
  EXPECT_EQ(Sparkline({7}), "█");
  EXPECT_EQ(Sparkline({0, 0}), "▁▁");
  EXPECT_EQ(Sparkline({-5, 5}), "▁█");
  EXPECT_EQ(Sparkline({}), "");
}

TEST(SparklineTest, ALongSeriesFitsIntoALine) {
  const std::string line = Sparkline(std::vector<int64_t>(365, 1));
  EXPECT_LE(line.size(), 80u * 3);
  EXPECT_GT(line.size(), 60u * 3);
}

}  // namespace
}  // namespace garderobe::client
