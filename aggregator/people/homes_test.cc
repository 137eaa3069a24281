#include "aggregator/people/homes.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {
namespace {

class HomesTest : public ::testing::Test {
 protected:
  void Show(uint32_t person, uint32_t household, int32_t latest_visit,
            uint16_t delivered = 0) {
    ASSERT_THAT(homes_.Take(person,
                            {.latest_visit = latest_visit,
                             .delivered = delivered,
                             .household = household},
                            [this](uint32_t number) -> absl::StatusOr<Element> {
                              ++asked_;
                              // The pseudonyms sort against the numbers.
                              std::string bytes(Element::kBytes, '\x80');
                              bytes[0] = static_cast<char>(100 - number);
                              return Element::From(bytes);
                            }),
                IsOk());
  }
  Homes homes_;
  int asked_ = 0;
};

TEST_F(HomesTest, WhoShowsNoAddressHasNoHousehold) {
  Show(3, 0, 100);
  EXPECT_EQ(homes_.Of(3), 0u);
  EXPECT_EQ(homes_.Of(7), 0u);
  EXPECT_EQ(homes_.Of(0), 0u);
}

TEST_F(HomesTest, TheLatestVisitDecides) {
  Show(1, 10, 100, 900);
  Show(1, 11, 200, 5);
  Show(1, 12, 150, 900);
  EXPECT_EQ(homes_.Of(1), 11u);
}

TEST_F(HomesTest, ALaterRelationWithoutAnAddressChangesNothing) {
  Show(1, 10, 100);
  Show(1, 0, 300);
  EXPECT_EQ(homes_.Of(1), 10u);
}

TEST_F(HomesTest, ARelationWithoutVisitsComesAfterAnyWithOne) {
  Show(1, 10, HomeEvidence::kNoVisit, 900);
  Show(1, 11, -5, 1);
  EXPECT_EQ(homes_.Of(1), 11u);
}

TEST_F(HomesTest, ThenTheLatestDelivery) {
  Show(1, 10, 100, 7);
  Show(1, 11, 100, 8);
  Show(1, 12, 100, 6);
  EXPECT_EQ(homes_.Of(1), 11u);
  EXPECT_EQ(asked_, 0);
}

TEST_F(HomesTest, ThenTheSmallerPseudonymWhateverTheOrder) {
  Show(1, 10, 100, 7);
  Show(1, 11, 100, 7);
  Show(2, 11, 100, 7);
  Show(2, 10, 100, 7);
  EXPECT_EQ(homes_.Of(1), 11u);
  EXPECT_EQ(homes_.Of(2), 11u);
  EXPECT_EQ(asked_, 4);
}

}  // namespace
}  // namespace garderobe::aggregator
