// What keeps a wrong clock or a hostile TTP from emptying the vault by age.
#include "gmock/gmock.h"
#include "vault/link/linker_fixture.h"

namespace garderobe::vault {
namespace {

constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;

class LinkerRetentionTest : public LinkerTest {
 protected:
  void SetUp() override {
    now_ = 1'700'000'000;  // 2023-11-14
    Reopen(true);
  }
  int32_t today() const {
    return DayNumber(linker_->retention_calendar().today());
  }
  // Relations 1 to `count`.
  void LinkMany(int count) {
    std::vector<LinkRow> rows;
    for (int i = 1; i <= count; ++i) {
      rows.push_back(
          Row(i, {.email = std::to_string(i) + "@x.nl", .last = "smit"}));
    }
    ASSERT_THAT(linker_->Link(rows), IsOk());
  }
  // Asks for relations `first` to `last`.
  absl::StatusOr<Linker::RemovedAged> Remove(int first, int last, int32_t day) {
    std::vector<VaultHandle> relations;
    for (int i = first; i <= last; ++i) relations.push_back(HandleOf(i));
    return linker_->RemoveAged(relations, day);
  }
  // The same today: how many were removed.
  uint32_t RemoveToday(int first, int last) {
    const auto removed = Remove(first, last, today());
    EXPECT_THAT(removed, IsOk());
    return removed.ok() ? removed->removed : 0;
  }
  bool IsStored(int number) {
    const auto record = linker_->Access(HandleOf(number));
    EXPECT_THAT(record, IsOk());
    return record->stored;
  }
};

TEST_F(LinkerRetentionTest, AWrongClockRemovesNothing) {
  LinkMany(5);
  const int32_t in_2090 = DayNumber({2090, 1, 1});
  EXPECT_THAT(Remove(1, 5, in_2090).status(), StatusIs(kRefused));
  // The vault's own clock jumps, and the TTP's with it; also at a restart.
  const uint64_t right = now_;
  now_ += uint64_t{66} * 365 * 86400;
  EXPECT_THAT(Remove(1, 5, today()).status(), StatusIs(kRefused));
  Reopen();
  EXPECT_THAT(Remove(1, 5, today()).status(), StatusIs(kRefused));
  EXPECT_EQ(linker_->counts().relations, 5u);
  // The right day removes them.
  now_ = right;
  EXPECT_EQ(RemoveToday(1, 5), 5u);
  EXPECT_EQ(linker_->counts().relations, 0u);
}

TEST_F(LinkerRetentionTest, ADayTakesFivePercentWhateverIsAskedAgain) {
  LinkMany(400);
  auto removed = Remove(1, 400, today());
  ASSERT_THAT(removed, IsOk());
  EXPECT_EQ(removed->removed, 20u);
  EXPECT_EQ(removed->taken, 20u);
  // In the order in which they were named.
  EXPECT_FALSE(IsStored(20));
  EXPECT_TRUE(IsStored(21));
  EXPECT_EQ(RemoveToday(1, 400), 0u);
  Reopen();
  EXPECT_EQ(RemoveToday(1, 400), 0u);
  // Two custodians say otherwise, on this day only.
  ASSERT_THAT(linker_->ReleaseRetention(30), IsOk());
  Reopen();
  EXPECT_EQ(RemoveToday(1, 400), 30u);
  now_ += 86400;
  EXPECT_EQ(RemoveToday(1, 400), 17u);  // of 350
  EXPECT_EQ(linker_->counts().relations, 333u);
}

TEST_F(LinkerRetentionTest, ARelationNamedTwiceCountsOnce) {
  LinkMany(30);
  const auto removed =
      linker_->RemoveAged(std::vector<VaultHandle>(25, HandleOf(1)), today());
  ASSERT_THAT(removed, IsOk());
  EXPECT_EQ(removed->removed, 1u);
  EXPECT_EQ(removed->taken, 25u);
  EXPECT_EQ(RemoveToday(2, 30), 9u);
}

// What is not known, and who objects, stays as it is and is not asked for
// again; what the ceiling holds back is.
TEST_F(LinkerRetentionTest, UnknownAndObjectingRelationsAreDoneWith) {
  LinkMany(30);
  const auto mark =
      MarkOf(ObjectionSecret::From(std::string(ObjectionSecret::kBytes, 'o')));
  ASSERT_THAT(linker_->Object({.handle = HandleOf(2),
                               .reference = std::string(kReferenceBytes, 2),
                               .tokens = {}},
                              mark),
              IsOk());
  std::vector<VaultHandle> asked = {HandleOf(900), HandleOf(2), HandleOf(1)};
  auto removed = linker_->RemoveAged(asked, today());
  ASSERT_THAT(removed, IsOk());
  EXPECT_EQ(removed->taken, 3u);
  EXPECT_EQ(removed->removed, 1u);
  EXPECT_FALSE(IsStored(1));
  EXPECT_TRUE(IsStored(2));
  EXPECT_FALSE(IsStored(900));
  EXPECT_EQ(linker_->counts().relations, 29u);
  EXPECT_TRUE(Look(2).is_zero());
  // None of them costs anything of the day's nine that are left. After these
  // what can't be removed is still done with, up to the first that could be.
  asked.clear();
  for (int i = 3; i <= 11; ++i) asked.push_back(HandleOf(i));
  for (int i : {2, 901, 12, 902}) asked.push_back(HandleOf(i));
  removed = linker_->RemoveAged(asked, today());
  ASSERT_THAT(removed, IsOk());
  EXPECT_EQ(removed->taken, 11u);
  EXPECT_EQ(removed->removed, 9u);
  EXPECT_TRUE(IsStored(12));
  EXPECT_TRUE(IsStored(2));
}

// The aggregator named them: there is nothing that it would have to hear.
TEST_F(LinkerRetentionTest, WhatIsRemovedIsNotTold) {
  Link(1, {.email = "a@x.nl", .first = "anna"});
  Link(2, {.mobile = "+31611111111", .first = "anna"});
  const PersonSeed three =
      Link(3, {.email = "a@x.nl", .mobile = "+31611111111", .first = "anna"});
  ASSERT_TRUE(Look(1) == three && Look(2) == three);
  EXPECT_EQ(RemoveToday(1, 3), 3u);
  EXPECT_EQ(linker_->counts().persons, 0u);
  EXPECT_EQ(linker_->counts().tokens, 0u);
  EXPECT_THAT(Hear(), ::testing::IsEmpty());
  now_ += 10 * ChangeQueue::kTellAgainSeconds;
  EXPECT_THAT(Hear(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace garderobe::vault
