#include "vault/month_caps.h"

#include <filesystem>

#include "core/rpc/status_conversion.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "vault/link/records.h"

namespace garderobe::vault {
namespace {

class MonthCapsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(directory_);
    Open();
  }
  void Open() {
    caps_.reset();
    store_.reset();
    auto store = Store::Open(directory_, kFamilyNames, kStoreOptions);
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    caps_ = std::make_unique<MonthCaps>(
        *store_, MonthCaps::Limits{.tokens = 100, .identities = 3},
        [this] { return now_; });
  }
  absl::Status Take(uint64_t tokens) {
    return caps_->Take(Capped::kTokens, tokens);
  }

  uint64_t now_ = 1'700'000'000;  // 2023-11-14
  const std::string directory_ = ::testing::TempDir() + "/month_caps_test";
  std::unique_ptr<Store> store_;
  std::unique_ptr<MonthCaps> caps_;
};

TEST_F(MonthCapsTest, WhatGoesBeyondIsRefusedAndNotCounted) {
  EXPECT_THAT(Take(60), IsOk());
  EXPECT_THAT(Take(41), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Take(40), IsOk());
  EXPECT_THAT(Take(1), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(caps_->Get(Capped::kTokens)->used, 100u);
  // A number near the largest does not wrap round.
  EXPECT_THAT(Take(UINT64_MAX),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(MonthCapsTest, TheTwoAreCountedApart) {
  EXPECT_THAT(Take(100), IsOk());
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(caps_->Take(Capped::kIdentities, 1), IsOk());
  }
  EXPECT_THAT(caps_->Take(Capped::kIdentities, 1),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

// What the cap over all refuses is not missing from an institution's quota.
TEST_F(MonthCapsTest, ARightCountsInBothOrInNeither) {
  for (int i = 0; i < 2; ++i) EXPECT_THAT(caps_->TakeRight("a", 2), IsOk());
  const absl::Status quota = caps_->TakeRight("a", 2);
  EXPECT_THAT(quota, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(ReasonOf(quota), kQuotaUsedUp);
  EXPECT_EQ(caps_->Get(Capped::kIdentities)->used, 2u);
  EXPECT_THAT(caps_->TakeRight("b", 2), IsOk());
  const absl::Status cap = caps_->TakeRight("b", 2);
  EXPECT_THAT(cap, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(ReasonOf(cap), kCapReached);
  EXPECT_EQ(caps_->GetRights("b")->used, 1u);
  ASSERT_THAT(caps_->Release(Capped::kIdentities, 1), IsOk());
  EXPECT_THAT(caps_->TakeRight("b", 2), IsOk());
}

TEST_F(MonthCapsTest, ARestartAndAClockThatIsSetBackGiveNothing) {
  EXPECT_THAT(Take(100), IsOk());
  Open();
  EXPECT_THAT(Take(1), StatusIs(absl::StatusCode::kFailedPrecondition));
  now_ -= uint64_t{40} * 86400;
  EXPECT_THAT(Take(1), StatusIs(absl::StatusCode::kFailedPrecondition));
  now_ += uint64_t{40} * 86400;
  EXPECT_THAT(Take(1), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(MonthCapsTest, ANewMonthBeginsAnew) {
  EXPECT_THAT(Take(100), IsOk());
  now_ += uint64_t{17} * 86400;  // 2023-12-01
  EXPECT_THAT(Take(100), IsOk());
  EXPECT_THAT(Take(1), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(MonthCapsTest, CustodiansReleaseForThisMonthOnly) {
  EXPECT_THAT(Take(100), IsOk());
  ASSERT_THAT(caps_->Release(Capped::kTokens, 50), IsOk());
  Open();
  EXPECT_THAT(Take(50), IsOk());
  EXPECT_THAT(Take(1), StatusIs(absl::StatusCode::kFailedPrecondition));
  now_ += uint64_t{17} * 86400;
  EXPECT_THAT(Take(101), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(MonthCapsTest, ADamagedCountIsAnError) {
  rocksdb::WriteBatch batch;
  batch.Put(store_->family(kMeta), "cap/T", "x");
  ASSERT_THAT(store_->Write(batch), IsOk());
  EXPECT_THAT(Take(1), StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace garderobe::vault
