#include "vault/link/match_model.h"

#include <cmath>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace garderobe::vault {
namespace {

using ::testing::HasSubstr;

Pattern Of(std::initializer_list<std::pair<Comparison, Level>> levels) {
  Pattern pattern;
  for (const auto& [comparison, level] : levels) {
    pattern.Set(comparison, level);
  }
  return pattern;
}

TEST(MatchModelTest, ThePopulationGoesUpInSteps) {
  const auto prior = [](uint64_t people) {
    return MatchParameters::ForPopulation(people).prior_same;
  };
  // 1,000, 3,000, 10,000 and so on to 100 million.
  EXPECT_EQ(prior(1), prior(1'000));
  EXPECT_EQ(prior(1'001), prior(3'000));
  EXPECT_EQ(prior(3'001), prior(10'000));
  EXPECT_EQ(prior(9'999'999), prior(10'000'000));
  EXPECT_EQ(prior(100'000'000), prior(1'000'000'000));
  EXPECT_NEAR(prior(1'000) / prior(10'000), 10, 1e-9);
  EXPECT_NEAR(prior(10'000) / prior(30'000), 3, 1e-9);
  EXPECT_EQ(MatchParameters::Default(),
            MatchParameters::ForPopulation(kPopulationDefault));
}

TEST(MatchModelTest, AmongFewLessEvidenceIsEnough) {
  // A birth date and names, and no address or e-mail that agrees.
  const Pattern pattern = Of({{Comparison::kBorn, Level::kSame},
                              {Comparison::kEmail, Level::kDiffers}});
  EXPECT_FALSE(
      MatchModel(MatchParameters::ForPopulation(10'000'000)).Links(pattern));
  EXPECT_TRUE(
      MatchModel(MatchParameters::ForPopulation(10'000)).Links(pattern));
}

TEST(MatchModelTest, AFamilyIsNeverOnePersonHoweverSmallTheTown) {
  for (uint64_t people : {1'000u, 10'000u, 1'000'000u, 100'000'000u}) {
    const MatchModel model(MatchParameters::ForPopulation(people));
    EXPECT_FALSE(model.Links(Of({{Comparison::kEmail, Level::kOtherName},
                                 {Comparison::kMobile, Level::kOtherName}})));
    EXPECT_FALSE(model.Links(Of({{Comparison::kEmail, Level::kInitial},
                                 {Comparison::kMobile, Level::kInitial}})));
    // Father and son.
    EXPECT_FALSE(model.Links(Of({{Comparison::kHome, Level::kSame},
                                 {Comparison::kBorn, Level::kDiffers}})));
    // Twins.
    EXPECT_FALSE(model.Links(Of({{Comparison::kEmail, Level::kOtherName},
                                 {Comparison::kBorn, Level::kOtherName},
                                 {Comparison::kHome, Level::kNear}})));
  }
}

TEST(MatchModelTest, WhatIsTaughtOfBirthDatesDoesNotMakeFatherAndSonOne) {
  MatchParameters taught = MatchParameters::ForPopulation(1'000);
  auto& born = taught.same[static_cast<size_t>(Comparison::kBorn)];
  born[static_cast<size_t>(Level::kDiffers)] = 0.9;
  const MatchModel model(taught);
  const Pattern father_and_son = Of({{Comparison::kHome, Level::kSame},
                                     {Comparison::kBorn, Level::kDiffers}});
  EXPECT_FALSE(model.Links(father_and_son));
  // A telephone beside it says whose date was mistyped.
  Pattern telephone = father_and_son;
  telephone.Set(Comparison::kMobile, Level::kSame);
  EXPECT_TRUE(model.Links(telephone));
}

TEST(MatchModelTest, AConflictIsOutweighedByStrongLinksOnly) {
  const MatchModel model(MatchParameters::Default());
  const Pattern others = Of({{Comparison::kEmail, Level::kOtherName}});
  const double against = model.IdentityBits(others);
  ASSERT_LT(against, model.parameters().conflict_bits);
  EXPECT_TRUE(model.Conflicts(others, 2.5));
  EXPECT_TRUE(model.Conflicts(others, 1.9 - against));
  EXPECT_FALSE(model.Conflicts(others, 2.1 - against));
  const Pattern contradiction = Of({{Comparison::kPass, Level::kSame},
                                    {Comparison::kBorn, Level::kDiffers}});
  EXPECT_TRUE(model.Conflicts(contradiction, 1e9));
}

TEST(MatchModelTest, WhatIsWrittenIsReadAgain) {
  const MatchParameters parameters = MatchParameters::ForPopulation(3'000);
  const auto read = MatchParameters::Parse(parameters.ToToml(), "weights");
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->ToToml(), parameters.ToToml());
  std::string text = parameters.ToToml();
  text.replace(text.find("near_bare"), 4, "neat");
  EXPECT_THAT(MatchParameters::Parse(text, "weights").status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("same.email.near_bare")));
}

}  // namespace
}  // namespace garderobe::vault
