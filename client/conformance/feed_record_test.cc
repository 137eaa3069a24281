#include "client/conformance/feed_record.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client::conformance {
namespace {

FeedRecord::Batch BatchOf(uint64_t offset, uint32_t count, const char* bytes) {
  return {offset, count, Hash(bytes)};
}

TEST(FeedRecordTest, ABatchThatIsNextIsNotStored) {
  FeedRecord feed;
  const auto placed = feed.Place(BatchOf(0, 3, "a"));
  ASSERT_THAT(placed.status(), IsOk());
  EXPECT_FALSE(placed->has_value());
}

TEST(FeedRecordTest, TheSameBytesGetTheirOutcomeAgain) {
  FeedRecord feed;
  v1::BatchOutcome outcome;
  outcome.set_accepted(2);
  feed.Advance(BatchOf(0, 3, "a"), outcome, /*run=*/1);
  EXPECT_EQ(feed.committed(), 3U);
  const auto again = feed.Place(BatchOf(0, 3, "a"));
  ASSERT_THAT(again.status(), IsOk());
  ASSERT_TRUE(again->has_value());
  EXPECT_TRUE((*again)->already_stored());
  EXPECT_EQ((*again)->accepted(), 2U);
}

TEST(FeedRecordTest, OtherBytesAndGapsAreRefused) {
  FeedRecord feed;
  feed.Advance(BatchOf(0, 3, "a"), {}, /*run=*/1);
  EXPECT_THAT(feed.Place(BatchOf(0, 3, "b")).status(),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(feed.Place(BatchOf(4, 1, "c")).status(),
              StatusIs(absl::StatusCode::kOutOfRange));
}

TEST(FeedRecordTest, ARunBeginsWhereItsFirstBatchStands) {
  FeedRecord feed;
  feed.Advance(BatchOf(0, 3, "a"), {}, /*run=*/1);
  EXPECT_EQ(feed.RunBegan(1), 0U);
  EXPECT_EQ(feed.RunBegan(2), 3U);
  EXPECT_EQ(feed.RunBegan(0), 3U);
  feed.Advance(BatchOf(3, 1, "b"), {}, /*run=*/2);
  EXPECT_EQ(feed.RunBegan(2), 3U);
  EXPECT_EQ(feed.RunBegan(1), 4U);
}

}  // namespace
}  // namespace garderobe::client::conformance
