#include "core/store/kept_answers.h"

#include <filesystem>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

constexpr int32_t kDay = 9828;
const Digest256 kAsked = Hash({"asked"});

class KeptAnswersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    Reopen();
  }
  void Reopen() {
    answers_.reset();
    store_.reset();
    auto store = Store::Open(folder_, {"default", "more"});
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    answers_.emplace(*store_, 1);
  }
  void Keep(std::string_view id, std::string_view answer, int32_t day) {
    ASSERT_THAT(answers_->Keep(id, kAsked, answer, day), IsOk());
  }
  std::optional<std::string> Find(std::string_view id) {
    const auto found = answers_->Find(id);
    EXPECT_THAT(found, IsOk());
    if (!found.ok() || !*found) return std::nullopt;
    return (*found)->answer;
  }
  size_t Records() {
    size_t count = 0;
    const auto it = store_->NewIterator(1);
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++count;
    return count;
  }
  const std::string folder_ = ::testing::TempDir() + "/kept_answers";
  std::unique_ptr<Store> store_;
  std::optional<KeptAnswers> answers_;
};

TEST_F(KeptAnswersTest, AnAnswerIsFoundByItsIdOnly) {
  EXPECT_EQ(Find("0123456789abcdef"), std::nullopt);
  Keep("0123456789abcdef", "the receipt", kDay);
  Keep("0123456789abcdeg", "another", kDay);
  EXPECT_EQ(Find("0123456789abcdef"), "the receipt");
  EXPECT_EQ(Find("0123456789abcdeg"), "another");
  EXPECT_EQ(Find("0123456789abcdeh"), std::nullopt);
  EXPECT_EQ(Find("0123456789abcde"), std::nullopt);
  Reopen();
  EXPECT_EQ(Find("0123456789abcdef"), "the receipt");
}

// What was asked under an id stands there before it is answered, and when.
TEST_F(KeptAnswersTest, AnIdIsClaimedBeforeItIsAnswered) {
  const std::string id = "0123456789abcdef";
  ASSERT_THAT(answers_->Claim(id, kAsked, kDay), IsOk());
  Reopen();
  const auto claimed = answers_->Find(id);
  ASSERT_THAT(claimed, IsOk());
  ASSERT_TRUE(claimed->has_value());
  EXPECT_EQ((*claimed)->request, kAsked);
  EXPECT_EQ((*claimed)->answer, "");
  EXPECT_EQ((*claimed)->day, kDay);
  Keep(id, "the receipt", kDay);
  EXPECT_EQ(Find(id), "the receipt");
  EXPECT_EQ(Records(), 2u);
}

TEST_F(KeptAnswersTest, IsKeptFor30DaysAndThenForgotten) {
  Keep("a-request-of-day", "one", kDay);
  Keep("a-request-of-nxt", "two", kDay + 1);
  Keep("a-request-later1", "three", kDay + 30);
  EXPECT_EQ(Find("a-request-of-day"), "one");
  Keep("a-request-later2", "four", kDay + 31);
  EXPECT_EQ(Find("a-request-of-day"), std::nullopt);
  EXPECT_EQ(Find("a-request-of-nxt"), "two");
  EXPECT_EQ(Find("a-request-later1"), "three");
  Keep("a-request-later3", "five", kDay + 100);
  EXPECT_EQ(Find("a-request-later3"), "five");
  // Nothing is left of those that were forgotten: neither answer nor id.
  EXPECT_EQ(Records(), 2u);
}

TEST_F(KeptAnswersTest, AnswersOfOneDayAreForgottenTogether) {
  for (char c = 'a'; c < 'k'; ++c) Keep(std::string(16, c), "x", kDay);
  Keep("0123456789abcdef", "last", kDay + 31);
  for (char c = 'a'; c < 'k'; ++c) {
    EXPECT_EQ(Find(std::string(16, c)), std::nullopt);
  }
  EXPECT_EQ(Records(), 2u);
}

// It shares its column family with what its owner keeps there.
TEST_F(KeptAnswersTest, OtherRecordsOfTheFamilyStay) {
  rocksdb::WriteBatch batch;
  for (const char* key : {"a", "answer", "answers/x", "zzz"}) {
    batch.Put(store_->family(1), key, "mine");
  }
  ASSERT_THAT(store_->Write(batch), IsOk());
  Keep("0123456789abcdef", "one", kDay);
  Keep("0123456789abcdeg", "two", kDay + 90);
  for (const char* key : {"a", "answer", "answers/x", "zzz"}) {
    EXPECT_THAT(store_->Get(1, key), IsOkAndHolds("mine")) << key;
  }
  EXPECT_EQ(Records(), 6u);
}

TEST_F(KeptAnswersTest, DamagedRecordsAreAnError) {
  Keep("0123456789abcdef", "one", kDay);
  auto put = [&](const std::string& key, const std::string& value) {
    rocksdb::WriteBatch batch;
    batch.Put(store_->family(1), key, value);
    ASSERT_THAT(store_->Write(batch), IsOk());
  };
  // The day of the id is cut short.
  put("answered/0123456789abcdef", "day");
  EXPECT_THAT(answers_->Find("0123456789abcdef"),
              StatusIs(absl::StatusCode::kDataLoss));
  // A key without a day.
  put("answer/1", "x");
  EXPECT_THAT(answers_->Keep("0123456789abcdeg", kAsked, "two", kDay + 90),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace garderobe
