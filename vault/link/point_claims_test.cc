#include "vault/link/point_claims.h"

#include "gmock/gmock.h"

namespace garderobe::vault {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;

Person With(std::vector<RelationId> relations) {
  Person person;
  person.relations = std::move(relations);
  return person;
}

TEST(PointClaimsTest, TheLargerPartOfASplitContinuesThePerson) {
  EXPECT_THAT(ClaimPoints({With({1}), With({2, 3})}, {With({1, 2, 3})}),
              ElementsAre(Eq(std::nullopt), Optional(0u)));
}

TEST(PointClaimsTest, AMergeContinuesTheLargerOfBoth) {
  EXPECT_THAT(ClaimPoints({With({1, 2, 3})}, {With({1}), With({2, 3})}),
              ElementsAre(Optional(1u)));
}

TEST(PointClaimsTest, WhoseRelationsAreAllNewIsSomebodyNew) {
  EXPECT_THAT(ClaimPoints({With({7}), With({8, 9})}, {}),
              ElementsAre(Eq(std::nullopt), Eq(std::nullopt)));
}

TEST(PointClaimsTest, NobodyIsContinuedTwice) {
  EXPECT_THAT(ClaimPoints({With({1, 5}), With({2, 6})}, {With({1, 2})}),
              ElementsAre(Optional(0u), Eq(std::nullopt)));
}

TEST(PointClaimsTest, ExchangedRelationsLeaveBothAsTheyWere) {
  EXPECT_THAT(ClaimPoints({With({1, 2, 6}), With({3, 4, 5})},
                          {With({1, 2, 3}), With({4, 5, 6})}),
              ElementsAre(Optional(0u), Optional(1u)));
}

}  // namespace
}  // namespace garderobe::vault
