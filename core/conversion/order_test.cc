#include "core/conversion/order.h"

#include <map>
#include <memory>
#include <type_traits>

#include "gmock/gmock.h"

namespace garderobe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

TEST(ShuffleRowsTest, PlacesBringEverythingBack) {
  std::vector<int> rows(1000);
  for (int i = 0; i < 1000; ++i) rows[static_cast<size_t>(i)] = 7 * i;
  const auto [shuffled, places] = ShuffleRows(rows);
  ASSERT_EQ(shuffled.size(), rows.size());
  ASSERT_EQ(places.size(), rows.size());
  EXPECT_THAT(shuffled.rows(), UnorderedElementsAreArray(rows));
  // With a probability of 1 in 1000! it stays as it was.
  EXPECT_NE(shuffled.rows(), rows);
  std::vector<int> back(rows.size(), -1);
  for (size_t i = 0; i < places.size(); ++i) {
    back.at(places[i]) = shuffled.rows()[i];
  }
  EXPECT_EQ(back, rows);
}

TEST(ShuffleRowsTest, NothingAndOneRowAreShuffledToo) {
  EXPECT_THAT(ShuffleRows(std::vector<int>()).shuffled.rows(), IsEmpty());
  const auto one = ShuffleRows(std::vector<int>{5});
  EXPECT_THAT(one.shuffled.rows(), ElementsAre(5));
  EXPECT_THAT(one.places, ElementsAre(0));
}

// 6,000 draws of 6 orders: 1,000 each, with a deviation of 29. An order that
// is 10 deviations away means a shuffle that isn't uniform.
TEST(ShuffleRowsTest, EveryOrderOfThreeIsAsFrequent) {
  std::map<std::vector<char>, int> drawn;
  for (int i = 0; i < 6000; ++i) {
    ++drawn[ShuffleRows(std::vector<char>{'a', 'b', 'c'}).shuffled.rows()];
  }
  EXPECT_EQ(drawn.size(), 6u);
  for (const auto& [order, times] : drawn) {
    EXPECT_NEAR(times, 1000, 290) << order[0] << order[1] << order[2];
  }
}

TEST(ShuffleRowsTest, RowsThatCantBeCopiedAreMoved) {
  std::vector<std::unique_ptr<int>> rows;
  for (int i = 0; i < 10; ++i) rows.push_back(std::make_unique<int>(i));
  const auto [shuffled, places] = ShuffleRows(std::move(rows));
  for (size_t i = 0; i < places.size(); ++i) {
    EXPECT_EQ(*shuffled.rows()[i], static_cast<int>(places[i]));
  }
}

TEST(ClientOrderTest, AnswersKeepTheOrderOfTheBatchHoweverTheyCome) {
  ClientOrder<char> order(3);
  EXPECT_FALSE(order.Put(2, 'c'));
  EXPECT_FALSE(order.Put(0, 'a'));
  EXPECT_TRUE(order.Put(1, 'b'));
  EXPECT_THAT(order.Take().rows(), ElementsAre('a', 'b', 'c'));
}

TEST(ClientOrderTest, AnswersThatCantBeCopiedAreMoved) {
  ClientOrder<std::unique_ptr<int>> order(2);
  EXPECT_FALSE(order.Put(1, std::make_unique<int>(1)));
  EXPECT_TRUE(order.Put(0, std::make_unique<int>(0)));
  const auto all = order.Take();
  EXPECT_EQ(*all.rows()[0], 0);
  EXPECT_EQ(*all.rows()[1], 1);
}

TEST(ClientOrderDeathTest, APlaceTwiceOrBeyondIsABrokenInvariant) {
  ClientOrder<int> order(2);
  EXPECT_FALSE(order.Put(1, 5));
  EXPECT_DEATH((void)order.Put(1, 5), "");
  EXPECT_DEATH((void)order.Put(2, 5), "");
}

TEST(InClientOrderTest, ResultsTakeTheOrderAndAreAsMany) {
  ClientOrder<int> order(2);
  EXPECT_FALSE(order.Put(1, 1));
  EXPECT_TRUE(order.Put(0, 0));
  const InClientOrder<int> rows = order.Take();
  EXPECT_THAT(rows.With(std::vector<char>{'x', 'y'}).rows(),
              ElementsAre('x', 'y'));
  EXPECT_DEATH((void)rows.With(std::vector<char>{'x'}), "");
}

// What goes towards the vault can't be made of bare values.
static_assert(!std::is_constructible_v<Rerandomised<int>, int>);
static_assert(!std::is_constructible_v<Shuffled<int>, std::vector<int>>);
static_assert(!std::is_constructible_v<InClientOrder<int>, std::vector<int>>);
static_assert(!std::is_default_constructible_v<Shuffled<int>>);

}  // namespace
}  // namespace garderobe
