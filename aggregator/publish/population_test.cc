#include "aggregator/publish/population.h"

#include "core/catalogue/cube_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PopulationTest : public ::testing::Test {
 protected:
  v1::Register::Institution& Add(const std::string& id, const std::string& from,
                                 const std::string& to = "") {
    auto& institution = institutions_[id];
    institution.set_id(id);
    institution.set_agreement_from(from);
    institution.set_agreement_to(to);
    return institution;
  }
  Population Of(int year, int64_t grace_days = 30) {
    return PopulationOfYear(institutions_, year, grace_days);
  }
  Institutions institutions_;
};

TEST_F(PopulationTest, WhoIsThereFromJanuaryToTheYearsEndBelongs) {
  Add("all", "2024-06-01");
  Add("exactly", "2025-01-01", "2025-12-31");
  Add("joined", "2025-01-02");
  Add("left", "2020-01-01", "2025-12-30");
  Add("none", "");
  const Population population = Of(2025);
  EXPECT_THAT(population.members, ElementsAre("all", "exactly"));
  EXPECT_FALSE(population.is_first_year);
  EXPECT_THAT(Of(2026).members, ElementsAre("all", "joined"));
}

TEST_F(PopulationTest, TheFirstYearIsOfWhoIsThereAtItsEnd) {
  Add("a", "2025-03-01");
  Add("b", "2025-11-30");
  Add("left", "2025-03-01", "2025-09-30");
  Add("next", "2026-01-01");
  const Population population = Of(2025);
  EXPECT_TRUE(population.is_first_year);
  EXPECT_THAT(population.members, ElementsAre("a", "b"));
  EXPECT_FALSE(Of(2026).is_first_year);
  EXPECT_THAT(Of(2026).members, ElementsAre("a", "b", "next"));
  // An agreement that has ended since shows that it was not the first.
  Add("old", "2023-01-01", "2024-01-01");
  EXPECT_FALSE(Of(2025).is_first_year);
  EXPECT_THAT(Of(2025).members, IsEmpty());
}

TEST_F(PopulationTest, WhoKeepsDataTooShortForTheYearIsLeftOutAndCounted) {
  Add("long", "2020-01-01").set_retention_months(13);
  Add("short", "2020-01-01").set_retention_months(12);
  // Published on 31 January: 13 months before is 31 December.
  const Population population = Of(2025);
  EXPECT_THAT(population.members, ElementsAre("long"));
  EXPECT_EQ(population.left_out, 1u);
  EXPECT_THAT(Of(2025, /*grace_days=*/60).members, IsEmpty());
  EXPECT_EQ(Of(2025, /*grace_days=*/0).members.size(), 2u);
}

TEST_F(PopulationTest, WhoLeavesIsNoMemberAnyMoreAndNobodyJoins) {
  Add("a", "2020-01-01");
  Add("b", "2020-01-01");
  Add("c", "2020-01-01");
  const Population fixed = Of(2025);
  institutions_.erase("a");
  Add("b", "2020-01-01", "2025-08-31");
  Add("d", "2020-01-01");
  EXPECT_THAT(StillMembers(fixed, institutions_, 2025), ElementsAre("c"));
}

TEST_F(PopulationTest, IsStoredAsItIs) {
  const Population population = {{"a", "b-2"}, 3, true};
  const std::string bytes = Encode(population);
  Population read;
  ASSERT_TRUE(Decode(bytes, &read));
  EXPECT_EQ(read.members, population.members);
  EXPECT_EQ(read.left_out, 3u);
  EXPECT_TRUE(read.is_first_year);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Decode(bytes.substr(0, size), &read)) << size;
  }
  EXPECT_FALSE(Decode(bytes + "x", &read));
}

TEST_F(PopulationTest, MembersAreHashedAsSha256SumDoes) {
  // printf 'a\nb\n' | sha256sum
  EXPECT_EQ(ToHex(AsBytes(MembersHash({"a", "b"}))),
            "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2");
}

TEST_F(PopulationTest, WhatRetentionHasReachedIsNotPublished) {
  const auto period = Period::Parse("2025Q2");
  ASSERT_THAT(period, IsOk());
  const std::vector<std::string> members = {"a", "b"};
  auto day = [](int month, int of_month) {
    return DayNumber({2025, month, of_month});
  };
  EXPECT_THAT(
      CheckRetention(*period, members, {{"a", day(4, 1)}, {"b", day(1, 1)}}),
      IsOk());
  EXPECT_THAT(
      CheckRetention(*period, members, {{"a", day(4, 2)}, {"b", day(1, 1)}}),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               HasSubstr("1 of its 2 institutions no longer keep everything "
                         "from before 2025-04-02")));
  // Somebody else's data do not matter.
  EXPECT_THAT(CheckRetention(*period, std::vector<std::string>{"b"},
                             {{"a", day(4, 2)}, {"b", day(1, 1)}}),
              IsOk());
}

TEST_F(PopulationTest, KeptIsWhatNeitherTheRegisterNorARunHasTaken) {
  const auto& house = Add("a", "2020-01-01");
  institutions_["a"].set_retention_months(12);
  const CivilDate today{2026, 3, 15};
  EXPECT_EQ(KeptFrom(house, today, INT32_MIN), DayNumber({2025, 3, 15}));
  // A longer retention does not bring back what a run has removed.
  institutions_["a"].set_retention_months(60);
  EXPECT_EQ(KeptFrom(house, today, DayNumber({2025, 3, 15})),
            DayNumber({2025, 3, 15}));
}

std::vector<Delivered> Houses(std::initializer_list<uint64_t> visits) {
  static constexpr std::string_view kOwners[] = {"a", "b", "c", "d", "e",
                                                 "f", "g", "h", "i"};
  std::vector<Delivered> houses;
  for (uint64_t v : visits) houses.push_back({kOwners[houses.size()], v, v});
  return houses;
}

TEST(WhyWithheldTest, SevenHousesAreNoNation) {
  EXPECT_EQ(WhyWithheld({}), "few-institutions");
  EXPECT_EQ(WhyWithheld(Houses({9, 9, 9, 9, 9, 9, 9})), "few-institutions");
  EXPECT_EQ(WhyWithheld(Houses({9, 9, 9, 9, 9, 9, 9, 9})), "");
}

TEST(WhyWithheldTest, NobodyHasMoreThanHalf) {
  EXPECT_EQ(WhyWithheld(Houses({7, 1, 1, 1, 1, 1, 1, 1})), "");
  EXPECT_EQ(WhyWithheld(Houses({8, 1, 1, 1, 1, 1, 1, 1})), "dominance");
  // Neither has an owner of several houses.
  auto houses = Houses({4, 4, 1, 1, 1, 1, 1, 1});
  EXPECT_EQ(WhyWithheld(houses), "");
  houses[1].owner = houses[0].owner;
  EXPECT_EQ(WhyWithheld(houses), "dominance");
}

// One house with customers among houses without: every person was its own.
TEST(WhyWithheldTest, HousesWithoutCustomersHideNobody) {
  auto houses = Houses({9, 9, 9, 9, 9, 9, 9, 9});
  for (size_t i = 1; i < houses.size(); ++i) houses[i].visits_of_people = 0;
  EXPECT_EQ(WhyWithheld(houses), "few-institutions");
  for (auto& house : houses) house.visits_of_people = 1;
  EXPECT_EQ(WhyWithheld(houses), "");
  houses[0].visits_of_people = 8;
  EXPECT_EQ(WhyWithheld(houses), "dominance");
}

TEST(WhyWithheldTest, TwoOwnersAreTooFew) {
  auto houses = Houses({1, 1, 1, 1, 1, 1, 1, 1});
  for (size_t i = 0; i < houses.size(); ++i)
    houses[i].owner = i % 2 ? "x" : "y";
  EXPECT_EQ(WhyWithheld(houses), "few-owners");
  houses[0].owner = "z";
  EXPECT_EQ(WhyWithheld(houses), "");
}

}  // namespace
}  // namespace garderobe::aggregator
