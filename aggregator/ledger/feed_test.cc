#include "aggregator/ledger/feed.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {
namespace {

constexpr uint64_t kRun = 77;

class FeedTest : public ::testing::Test {
 protected:
  // A feed of one batch of ten rows, one of them refused.
  FeedTest() {
    v1::BatchOutcome outcome;
    outcome.set_offset(0);
    outcome.set_count(10);
    outcome.set_accepted(9);
    feed_.Advance(first_, outcome, kRun);
  }
  absl::StatusCode Code(const FeedBatch& batch) {
    return feed_.Place(batch).status().code();
  }
  const FeedBatch first_{0, 10, 0xabc};
  Feed feed_;
};

TEST_F(FeedTest, TheNextBatchHasNoOutcomeYet) {
  const auto place = feed_.Place({10, 5, 7});
  ASSERT_THAT(place, IsOk());
  EXPECT_FALSE(place->has_value());
}

TEST_F(FeedTest, TheSameBatchAgainIsToldWhatBecameOfIt) {
  const auto place = feed_.Place(first_);
  ASSERT_THAT(place, IsOk());
  ASSERT_TRUE(place->has_value());
  EXPECT_TRUE((*place)->already_stored());
  EXPECT_EQ((*place)->accepted(), 9u);
}

TEST_F(FeedTest, GapsAreOutOfRange) {
  for (const FeedBatch& batch :
       {FeedBatch{11, 1, 1}, FeedBatch{UINT64_MAX, 10, 1}}) {
    EXPECT_EQ(Code(batch), absl::StatusCode::kOutOfRange);
  }
}

TEST_F(FeedTest, OverlapsAreThereAlready) {
  for (const FeedBatch& batch :
       {FeedBatch{5, 10, 1}, FeedBatch{0, 11, 0xabc}}) {
    EXPECT_EQ(Code(batch), absl::StatusCode::kAlreadyExists);
  }
}

// A client that goes on where it stopped passes over its own rows only.
TEST_F(FeedTest, ARunBeganWhereAnotherEnded) {
  EXPECT_EQ(feed_.RunBegan(kRun), 0u);
  EXPECT_EQ(feed_.RunBegan(kRun + 1), 10u);
  EXPECT_EQ(feed_.RunBegan(0), 10u);
  v1::BatchOutcome outcome;
  feed_.Advance({10, 5, 7}, outcome, kRun + 1);
  feed_.Advance({15, 5, 8}, outcome, kRun + 1);
  EXPECT_EQ(feed_.RunBegan(kRun + 1), 10u);
  EXPECT_EQ(feed_.RunBegan(kRun), 20u);
  feed_.Advance({20, 5, 9}, outcome, kRun);
  EXPECT_EQ(feed_.RunBegan(kRun), 20u);
  EXPECT_EQ(Feed::Decode(feed_.Encode())->RunBegan(kRun), 20u);
}

// Two clients of one feed, or one that was started twice, once had each
// other's rows counted as their own.
TEST_F(FeedTest, AnotherBatchAtAStoredOffsetIsThereAlready) {
  EXPECT_EQ(Code({0, 10, 0xdef}), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Code({0, 9, 0xabc}), absl::StatusCode::kAlreadyExists);
}

TEST_F(FeedTest, BatchesLongPastAreThereAlready) {
  for (uint64_t i = 1; i <= Feed::kOutcomesKept; ++i) {
    v1::BatchOutcome outcome;
    outcome.set_offset(10 * i);
    outcome.set_count(10);
    feed_.Advance({10 * i, 10, i}, outcome, kRun);
  }
  EXPECT_EQ(Code(first_), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Code({10, 10, 1}), absl::StatusCode::kOk);
}

TEST_F(FeedTest, SurvivesItsRecordAndRefusesDamage) {
  const std::string record = feed_.Encode();
  auto read = Feed::Decode(record);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->committed(), 10u);
  ASSERT_THAT(read->Place(first_), IsOk());
  EXPECT_EQ(read->Encode(), record);
  for (size_t size = 25; size < record.size(); ++size) {
    EXPECT_FALSE(Feed::Decode(record.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(Feed::Decode("short").has_value());
}

}  // namespace
}  // namespace garderobe::aggregator
