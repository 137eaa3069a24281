// What keeps a wrong clock or a hostile TTP from emptying the vault by age.
#include "gmock/gmock.h"
#include "vault/link/linker_fixture.h"

namespace garderobe::vault {
namespace {

constexpr uint16_t k2019 = 77, k2022 = 89;
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
  // Relations 1 to `count`, all of 2019.
  void LinkMany(int count) {
    std::vector<LinkRow> rows;
    for (int i = 1; i <= count; ++i) {
      rows.push_back(Row(i, {.email = std::to_string(i) + "@x.nl",
                             .last = "smit",
                             .as_of = k2019}));
    }
    ASSERT_THAT(linker_->Link(rows), IsOk());
  }
  // Asks for relations `first` to `last`, as old as the TTP likes.
  absl::StatusOr<Linker::RemovedAged> Remove(int first, int last, int32_t day) {
    std::vector<std::pair<VaultHandle, uint16_t>> relations;
    for (int i = first; i <= last; ++i) {
      relations.emplace_back(HandleOf(i), k2022);
    }
    return linker_->RemoveAged(relations, day);
  }
  // The same today: how many were removed.
  uint32_t RemoveToday(int first, int last) {
    const auto removed = Remove(first, last, today());
    EXPECT_THAT(removed, IsOk());
    return removed.ok() ? removed->removed : 0;
  }
  uint64_t LeftToday() {
    const auto aged = linker_->ListAged(k2022, "", today());
    EXPECT_THAT(aged, IsOk());
    return aged.ok() ? aged->left_today : 0;
  }
};

TEST_F(LinkerRetentionTest, AWrongClockRemovesNothing) {
  LinkMany(5);
  const int32_t in_2090 = DayNumber({2090, 1, 1});
  EXPECT_THAT(Remove(1, 5, in_2090).status(), StatusIs(kRefused));
  EXPECT_THAT(linker_->ListAged(k2022, "", in_2090).status(),
              StatusIs(kRefused));
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
  EXPECT_EQ(LeftToday(), 20u);
  auto removed = Remove(1, 400, today());
  ASSERT_THAT(removed, IsOk());
  EXPECT_EQ(removed->removed, 20u);
  EXPECT_EQ(removed->held_back, 380u);
  EXPECT_EQ(RemoveToday(1, 400), 0u);
  Reopen();
  EXPECT_EQ(RemoveToday(1, 400), 0u);
  EXPECT_EQ(LeftToday(), 0u);
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
  const auto removed = linker_->RemoveAged(
      std::vector<std::pair<VaultHandle, uint16_t>>(25, {HandleOf(1), k2022}),
      today());
  ASSERT_THAT(removed, IsOk());
  EXPECT_EQ(removed->removed, 1u);
  EXPECT_EQ(LeftToday(), 9u);
}

}  // namespace
}  // namespace garderobe::vault
