#include "aggregator/told_lately.h"

#include <filesystem>

#include "aggregator/tables.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {
namespace {

constexpr int32_t kToday = 9000;

class ToldLatelyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    auto store = Store::Open(folder_, kFamilyNames, kStoreOptions);
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    told_ = std::make_unique<ToldLately>(*store_);
  }
  void Note(RoundAction action, uint64_t number, int32_t day = kToday) {
    rocksdb::WriteBatch batch;
    told_->Note(reference_, action, number, day, batch);
    ASSERT_THAT(store_->Write(batch), IsOk());
  }
  void Forget(int32_t day) {
    rocksdb::WriteBatch batch;
    ASSERT_THAT(told_->Forget(day, batch), IsOk());
    ASSERT_THAT(store_->Write(batch), IsOk());
  }
  const Element reference_ = RandomElement();
  const std::string folder_ = ::testing::TempDir() + "/told_lately_test";
  std::unique_ptr<Store> store_;
  std::unique_ptr<ToldLately> told_;
};

TEST_F(ToldLatelyTest, ALaterRoundHolds) {
  EXPECT_THAT(told_->After(reference_, 0), IsOkAndHolds(RoundAction::kNone));
  Note(RoundAction::kErase, 7);
  EXPECT_THAT(told_->After(reference_, 6), IsOkAndHolds(RoundAction::kErase));
  EXPECT_THAT(told_->After(reference_, 7), IsOkAndHolds(RoundAction::kNone));
  EXPECT_THAT(told_->After(RandomElement(), 0),
              IsOkAndHolds(RoundAction::kNone));
  Note(RoundAction::kObject, 9);
  EXPECT_THAT(told_->After(reference_, 7), IsOkAndHolds(RoundAction::kObject));
}

TEST_F(ToldLatelyTest, IsForgottenAfterTwoDays) {
  Note(RoundAction::kErase, 7);
  Forget(kToday + ToldLately::kKeptDays);
  EXPECT_THAT(told_->After(reference_, 0), IsOkAndHolds(RoundAction::kErase));
  Forget(kToday + ToldLately::kKeptDays + 1);
  EXPECT_THAT(told_->After(reference_, 0), IsOkAndHolds(RoundAction::kNone));
}

// The relation was erased: what names it is, too.
TEST_F(ToldLatelyTest, TheReferenceItselfIsNotKept) {
  Note(RoundAction::kErase, 7);
  const auto it = store_->NewIterator(kMeta);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    EXPECT_EQ(
        (it->key().ToString() + it->value().ToString()).find(reference_.view()),
        std::string::npos);
  }
}

TEST_F(ToldLatelyTest, ADamagedRecordIsAnError) {
  Note(RoundAction::kErase, 7);
  const auto it = store_->NewIterator(kMeta);
  it->Seek("told/");
  ASSERT_TRUE(it->Valid());
  rocksdb::WriteBatch batch;
  batch.Put(store_->family(kMeta), it->key(), "x");
  ASSERT_THAT(store_->Write(batch), IsOk());
  EXPECT_THAT(told_->After(reference_, 0),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(told_->Forget(kToday, batch),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace garderobe::aggregator
