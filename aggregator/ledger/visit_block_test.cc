#include "aggregator/ledger/visit_block.h"

#include "core/catalogue/codes.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {
namespace {

VisitBlock Sample(size_t rows) {
  VisitBlock block;
  for (size_t i = 0; i < rows; ++i) {
    block.visit_ids += std::string(15, 'v') + static_cast<char>(i);
    block.rows.push_back({static_cast<uint32_t>(i * 70001), 3, -5,
                          static_cast<int32_t>(i) - 100, 10000, 6, 4});
  }
  return block;
}

TEST(VisitBlockTest, DecodesWhatItEncoded) {
  for (size_t rows : {size_t{0}, size_t{1}, size_t{200}, kBlockRowsMax}) {
    const VisitBlock block = Sample(rows);
    auto decoded = DecodeBlock(EncodeBlock(block));
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->visit_ids, block.visit_ids);
    ASSERT_EQ(decoded->rows.size(), rows);
    for (size_t i = 0; i < rows; ++i) {
      const VisitRow &a = decoded->rows[i], &b = block.rows[i];
      EXPECT_TRUE(a.relation == b.relation && a.event == b.event &&
                  a.sold_at == b.sold_at && a.price_cents == b.price_cents &&
                  a.quantity == b.quantity && a.channel == b.channel &&
                  a.status == b.status);
    }
  }
}

TEST(VisitBlockTest, LayoutIsTheStoredOne) {
  const std::string bytes = EncodeBlock(Sample(2));
  EXPECT_EQ(bytes.substr(0, 5), std::string("\x01\x00\x00\x00\x02", 5));
  EXPECT_EQ(bytes.substr(5, 16), std::string(15, 'v') + '\0');
  EXPECT_EQ(bytes.substr(37, 4), "\x28\xb5\x2f\xfd");  // a zstd frame
}

TEST(VisitBlockTest, DamageIsDataLossNeverACrash) {
  const std::string bytes = EncodeBlock(Sample(50));
  for (size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_THAT(DecodeBlock(std::string_view(bytes).substr(0, size)),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  std::string version = bytes;
  version[0] = 2;
  EXPECT_THAT(DecodeBlock(version), StatusIs(absl::StatusCode::kDataLoss));
  std::string count = bytes;
  count[1] = '\x7f';
  EXPECT_THAT(DecodeBlock(count), StatusIs(absl::StatusCode::kDataLoss));
}

class VisitBatchTest : public ::testing::Test {
 protected:
  VisitBatchTest() {
    columns_.mutable_events()->add_id("E1");
    columns_.mutable_events()->add_title("Title");
    columns_.mutable_events()->add_genre(1);
    columns_.mutable_events()->add_starts_at(1000);
    columns_.set_visit_ids(std::string(48, 'v'));
    for (int i = 0; i < 3; ++i) {
      columns_.add_event(0);
      columns_.add_sold_at(10);
      columns_.add_quantity(2);
      columns_.add_price_cents(1500);
    }
    columns_.set_channel(std::string(3, '\1'));
    columns_.set_status(std::string(3, '\0'));
  }
  absl::StatusOr<VisitBatch> Read(uint32_t count = 3) {
    return ReadVisitBatch(columns_.SerializeAsString(), count);
  }
  // The one refusal that is expected, of row 1.
  void ExpectRefused(const std::string& reason) {
    auto batch = Read();
    ASSERT_THAT(batch, IsOk());
    ASSERT_EQ(batch->refused.size(), 1u) << reason;
    EXPECT_EQ(batch->refused[0].index(), 1u);
    EXPECT_EQ(batch->refused[0].reason(), reason);
    EXPECT_FALSE(batch->is_refused[0] || batch->is_refused[2]);
  }
  v1::VisitColumns columns_;
};

TEST_F(VisitBatchTest, OneBadRowIsRefusedAndTheRestKept) {
  const v1::VisitColumns good = columns_;
  columns_.set_event(1, 7);
  ExpectRefused("EVENT_INVALID");
  columns_ = good;
  columns_.set_quantity(1, 10001);
  ExpectRefused("QUANTITY_INVALID");
  columns_ = good;
  columns_.set_price_cents(1, int64_t{1} << 40);
  ExpectRefused("PRICE_INVALID");
  columns_ = good;
  columns_.mutable_channel()->at(1) = '\x7f';
  ExpectRefused("CHANNEL_UNKNOWN");
  columns_ = good;
  columns_.mutable_status()->at(1) = '\x05';
  ExpectRefused("STATUS_UNKNOWN");
  columns_ = good;
  columns_.set_sold_at(1, INT32_MAX);
  ExpectRefused("SOLD_AT_INVALID");
}

TEST_F(VisitBatchTest, LyingCountsRefuseTheBatch) {
  EXPECT_THAT(Read(4), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Read(2), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ReadVisitBatch("\xff\xff", 3),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(VisitBatchTest, OverlongEventIdAndTitleDoNotReachTheStore) {
  // A 70 KB event id once stopped the process at the length-prefixed writer.
  columns_.mutable_events()->set_id(0, std::string(70'000, 'x'));
  columns_.mutable_events()->set_title(0, std::string(511, 'x') + "é");
  auto batch = Read();
  ASSERT_THAT(batch, IsOk());
  EXPECT_EQ(batch->refused.size(), 3u);
  EXPECT_EQ(batch->events[0].id, "");
  EXPECT_EQ(batch->events[0].title, std::string(511, 'x'));
}

}  // namespace
}  // namespace garderobe::aggregator
