#include "vault/link/estimate.h"

#include <cmath>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "vault/link/linker_fixture.h"

namespace garderobe::vault {
namespace {

double Share(const LevelProbabilities& table, Comparison comparison,
             Level level) {
  return table[static_cast<size_t>(comparison)][static_cast<size_t>(level)];
}

// 2,000 relations of 1,000 people, two of each on one e-mail; a part of them
// with a name that was mistyped, and families of four on one address.
PatternCounts Counts(uint64_t mistyped, uint64_t families) {
  Pattern same, spelling, family;
  same.Set(Comparison::kEmail, Level::kSame);
  spelling.Set(Comparison::kEmail, Level::kSpelling);
  family.Set(Comparison::kEmail, Level::kOtherName);
  PatternCounts counts;
  counts.shared = {{same.bits(), 2'000 - mistyped},
                   {spelling.bits(), mistyped},
                   {family.bits(), families}};
  counts.relations = counts.looked_at = 2'000;
  return counts;
}

TEST(EstimateTest, FindsHowManyThereAreAndHowOftenTheyAgree) {
  const MatchParameters found =
      EstimateParameters(Counts(200, 500), MatchParameters::Default())
          .parameters;
  // 2,000 of some 4 million ordered pairs, to half a bit.
  EXPECT_NEAR(std::log2(found.prior_same), std::log2(2'000.0 / 3'998'000), 0.5);
  EXPECT_NEAR(
      std::log2(Share(found.same, Comparison::kEmail, Level::kSpelling)),
      std::log2(0.1), 0.5);
  EXPECT_NEAR(std::log2(found.prior_family), std::log2(500.0 / 3'998'000), 1);
}

TEST(EstimateTest, AFewPairsMoreGiveTheSameWeights) {
  // Or every night everything would be linked again.
  const MatchParameters start = MatchParameters::Default();
  EXPECT_EQ(EstimateParameters(Counts(200, 500), start).parameters,
            EstimateParameters(Counts(201, 502), start).parameters);
}

TEST(EstimateTest, NoStoreTeachesThatOthersOnOneAddressAreOne) {
  PatternCounts counts = Counts(0, 0);
  Pattern others;
  others.Set(Comparison::kEmail, Level::kOtherName);
  others.Set(Comparison::kMobile, Level::kOtherName);
  counts.shared[others.bits()] = 1'000'000;
  const MatchModel model(
      EstimateParameters(counts, MatchParameters::Default()).parameters);
  EXPECT_FALSE(model.Links(others));
  EXPECT_LE(
      Share(model.parameters().same, Comparison::kEmail, Level::kOtherName),
      0.071);
}

using EstimateStoreTest = LinkerTest;

TEST_F(EstimateStoreTest, FewRelationsAreTooFew) {
  Link(1, {.email = "a@x.nl", .first = "anna"});
  EXPECT_THAT(CountPatterns(linker_->store(), 1'000).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(EstimateStoreTest, TheSameStoreGivesTheSameWeights) {
  for (int i = 0; i < 120; ++i) {
    Link(i, {.email = fmt::format("p{}@x.nl", i / 2),
             .first = "anna",
             .last = "bakker"});
  }
  const auto weights = [&] {
    const auto counts = CountPatterns(linker_->store(), 1'000'000);
    EXPECT_THAT(counts, IsOk());
    EXPECT_EQ(counts->relations, 120u);
    return EstimateParameters(*counts, MatchParameters::Default()).parameters;
  };
  const MatchParameters first = weights();
  EXPECT_EQ(weights(), first);
  Reopen();
  EXPECT_EQ(weights(), first);
}

}  // namespace
}  // namespace garderobe::vault
