#include "vault/allowed_withdrawals.h"

#include <filesystem>

#include "core/rights/authorisation.h"
#include "core/rpc/status_conversion.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "vault/link/records.h"

namespace garderobe::vault {
namespace {

class AllowedWithdrawalsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(directory_);
    Open();
  }
  void Open() {
    allowed_.reset();
    store_.reset();
    auto store = Store::Open(directory_, kFamilyNames, kStoreOptions);
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    allowed_ =
        std::make_unique<AllowedWithdrawals>(*store_, [this] { return now_; });
  }
  static RequestId Id(char c) {
    return RequestId::From(std::string(RequestId::kBytes, c));
  }
  static SubjectCommitment Subject(char c) {
    return SubjectCommitment::From(std::string(SubjectCommitment::kBytes, c));
  }
  bool IsAllowed(char id, char subject) {
    const absl::Status status = allowed_->Check(Id(id), Subject(subject));
    if (!status.ok()) {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
      EXPECT_EQ(ReasonOf(status), kWithdrawalNeedsCustodians);
      refusals_.insert(std::string(Message(status)));
    }
    return status.ok();
  }
  size_t Stored() {
    size_t count = 0;
    const auto it = store_->NewIterator(kMeta);
    for (it->Seek("withdrawal/");
         it->Valid() && it->key().starts_with("withdrawal/"); it->Next()) {
      ++count;
    }
    return count;
  }

  uint64_t now_ = 1'700'000'000;
  std::set<std::string> refusals_;  // texts
  const std::string directory_ =
      ::testing::TempDir() + "/allowed_withdrawals_test";
  std::unique_ptr<Store> store_;
  std::unique_ptr<AllowedWithdrawals> allowed_;
};

TEST_F(AllowedWithdrawalsTest, OneRequestAboutOneSubjectUntilItIsUsed) {
  EXPECT_FALSE(IsAllowed('a', 's'));
  EXPECT_THAT(allowed_->Allow(Id('a'), Subject('s')),
              IsOkAndHolds(now_ + AllowedWithdrawals::kAllowedSeconds));
  EXPECT_TRUE(IsAllowed('a', 's'));
  EXPECT_TRUE(IsAllowed('a', 's'));  // looking uses nothing up
  EXPECT_FALSE(IsAllowed('b', 's'));
  EXPECT_FALSE(IsAllowed('a', 't'));
  Open();
  EXPECT_TRUE(IsAllowed('a', 's'));
  EXPECT_THAT(allowed_->UseUp(Id('b')), IsOk());  // nothing
  EXPECT_TRUE(IsAllowed('a', 's'));
  EXPECT_THAT(allowed_->UseUp(Id('a')), IsOk());
  EXPECT_FALSE(IsAllowed('a', 's'));
  Open();
  EXPECT_FALSE(IsAllowed('a', 's'));
  EXPECT_EQ(refusals_.size(), 1u);
}

TEST_F(AllowedWithdrawalsTest, HoldsForADay) {
  ASSERT_THAT(allowed_->Allow(Id('a'), Subject('s')), IsOk());
  now_ += AllowedWithdrawals::kAllowedSeconds - 1;
  EXPECT_TRUE(IsAllowed('a', 's'));
  ++now_;
  EXPECT_FALSE(IsAllowed('a', 's'));
  // A clock that is set back does not make it hold for longer than a day.
  now_ -= AllowedWithdrawals::kAllowedSeconds + 1;
  EXPECT_FALSE(IsAllowed('a', 's'));
  now_ += AllowedWithdrawals::kAllowedSeconds + 1;
  // What has expired goes when the next one comes.
  ASSERT_THAT(allowed_->Allow(Id('b'), Subject('s')), IsOk());
  EXPECT_EQ(Stored(), 1u);
  EXPECT_TRUE(IsAllowed('b', 's'));
}

TEST_F(AllowedWithdrawalsTest, TheLastSubjectThatWasAllowedCounts) {
  ASSERT_THAT(allowed_->Allow(Id('a'), Subject('s')), IsOk());
  ASSERT_THAT(allowed_->Allow(Id('a'), Subject('t')), IsOk());
  EXPECT_FALSE(IsAllowed('a', 's'));
  EXPECT_TRUE(IsAllowed('a', 't'));
}

}  // namespace
}  // namespace garderobe::vault
