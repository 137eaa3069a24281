#include "aggregator/people/told_lately.h"

#include <filesystem>

#include "aggregator/ledger/records.h"
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
    told_->Note(reference_, {action, person_}, number, day, batch);
    ASSERT_THAT(store_->Write(batch), IsOk());
  }
  void Forget(int32_t day) {
    rocksdb::WriteBatch batch;
    ASSERT_THAT(told_->Forget(day, batch), IsOk());
    ASSERT_THAT(store_->Write(batch), IsOk());
  }
  Told ToldAfter(uint64_t round) {
    const auto told = told_->After(reference_, round);
    EXPECT_THAT(told, IsOk());
    return told.value_or(Told());
  }
  const Element reference_ = RandomElement();
  const Element person_ = RandomElement();
  const std::string folder_ = ::testing::TempDir() + "/told_lately_test";
  std::unique_ptr<Store> store_;
  std::unique_ptr<ToldLately> told_;
};

TEST_F(ToldLatelyTest, ALaterRoundHolds) {
  EXPECT_EQ(ToldAfter(0).action, RoundAction::kNone);
  Note(RoundAction::kErase, 7);
  EXPECT_EQ(ToldAfter(6).action, RoundAction::kErase);
  EXPECT_EQ(ToldAfter(7).action, RoundAction::kNone);
  EXPECT_THAT(told_->After(RandomElement(), 0), IsOkAndHolds(Told()));
  Note(RoundAction::kObject, 9);
  EXPECT_EQ(ToldAfter(7).action, RoundAction::kObject);
}

TEST_F(ToldLatelyTest, OfALinkItKeepsThePersonUntilTheRelationIsErased) {
  Note(RoundAction::kLink, 7);
  EXPECT_EQ(ToldAfter(6), (Told{RoundAction::kLink, person_}));
  const auto drop = [&] {
    rocksdb::WriteBatch batch;
    EXPECT_THAT(ToldLately::DropLink(*store_, reference_, batch), IsOk());
    EXPECT_THAT(store_->Write(batch), IsOk());
  };
  drop();
  EXPECT_EQ(ToldAfter(6), Told());
  // What a right has said stays.
  Note(RoundAction::kErase, 8);
  drop();
  EXPECT_EQ(ToldAfter(6).action, RoundAction::kErase);
}

TEST_F(ToldLatelyTest, IsForgottenAfterTwoDays) {
  Note(RoundAction::kErase, 7);
  Forget(kToday + ToldLately::kKeptDays);
  EXPECT_EQ(ToldAfter(0).action, RoundAction::kErase);
  Forget(kToday + ToldLately::kKeptDays + 1);
  EXPECT_EQ(ToldAfter(0).action, RoundAction::kNone);
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
