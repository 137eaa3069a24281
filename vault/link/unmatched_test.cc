// Objections of people of whom nothing was delivered.
#include "core/retention/retention_months.h"
#include "gmock/gmock.h"
#include "vault/link/linker_fixture.h"

namespace garderobe::vault {
namespace {

constexpr uint64_t kDay = 86400;

class UnmatchedTest : public LinkerTest {
 protected:
  void SetUp() override {
    now_ = 1'700'000'000;  // 2023-11-14
    Reopen(true);
  }
  static ObjectionMark MarkBy(int institution) {
    return MarkOf(ObjectionSecret::From(
        std::string(ObjectionSecret::kBytes, static_cast<char>(institution))));
  }
  void Object(const Known& known, int institution = 1) {
    ASSERT_THAT(
        linker_->Object(
            {.handle = {}, .reference = {}, .tokens = Row(0, known).tokens},
            MarkBy(institution)),
        IsOk());
  }
  // So many months later; two custodians say that it is today.
  void Pass(uint32_t months) {
    now_ += months * 31 * kDay;
    RunCalendar& calendar = linker_->retention_calendar();
    ASSERT_THAT(calendar.Confirm(DayNumber(calendar.today())), IsOk());
  }
};

const Known kTold = {.email = "anna@x.nl", .first = "anna", .last = "bakker"};

TEST_F(UnmatchedTest, EndsAfterTheLongestRetention) {
  Object(kTold);
  EXPECT_THAT(linker_->EndUnmatched(), IsOkAndHolds(0u));
  Pass(kRetentionMonthsMax - 2);
  EXPECT_THAT(linker_->EndUnmatched(), IsOkAndHolds(0u));
  EXPECT_TRUE(Link(1, kTold).is_zero());
  Reopen(true);
  Object(kTold);
  Pass(kRetentionMonthsMax + 2);
  EXPECT_THAT(linker_->EndUnmatched(), IsOkAndHolds(1u));
  EXPECT_EQ(linker_->counts().relations, 0u);
  EXPECT_EQ(linker_->counts().tokens, 0u);
  EXPECT_THAT(linker_->EndUnmatched(), IsOkAndHolds(0u));
  EXPECT_FALSE(Link(1, kTold).is_zero());
}

// The visitor of whom something was delivered objects for as long as they like.
TEST_F(UnmatchedTest, OneThatMatchesStays) {
  Object(kTold);
  Link(1, kTold);
  Pass(kRetentionMonthsMax + 2);
  EXPECT_THAT(linker_->EndUnmatched(), IsOkAndHolds(0u));
  EXPECT_TRUE(Link(1, kTold).is_zero());
}

TEST_F(UnmatchedTest, ALaterObjectionBeginsAnew) {
  Object(kTold, 1);
  Pass(kRetentionMonthsMax - 2);
  Object(kTold, 2);
  Pass(4);
  EXPECT_THAT(linker_->EndUnmatched(), IsOkAndHolds(0u));
}

TEST_F(UnmatchedTest, WhatIsTakenBackLeavesNoMonth) {
  Object(kTold);
  ASSERT_THAT(
      linker_->Withdraw(
          {.handle = {}, .reference = {}, .tokens = Row(0, kTold).tokens},
          MarkBy(1)),
      IsOk());
  const auto it = linker_->store().NewIterator(kMeta);
  it->Seek("unmatched/");
  EXPECT_FALSE(it->Valid() && it->key().starts_with("unmatched/"));
}

// A clock that jumps ends nothing.
TEST_F(UnmatchedTest, AWrongClockEndsNothing) {
  Object(kTold);
  now_ += 400 * 31 * kDay;
  EXPECT_THAT(linker_->EndUnmatched().status(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(linker_->counts().relations, 1u);
}

}  // namespace
}  // namespace garderobe::vault
