#include "aggregator/door/visit_batch.h"

#include "garderobe/v1/columns.pb.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {
namespace {

v1::VisitColumns Columns(int rows, int events) {
  v1::VisitColumns columns;
  for (int i = 0; i < rows; ++i) {
    columns.mutable_visit_ids()->append(16, static_cast<char>(i));
    columns.add_event(0);
    columns.add_sold_at(0);
    columns.add_quantity(1);
    columns.add_price_cents(100);
    columns.mutable_channel()->push_back(0);
    columns.mutable_status()->push_back(0);
  }
  for (int e = 0; e < events; ++e) {
    columns.mutable_events()->add_id("E" + std::to_string(e));
    columns.mutable_events()->add_title("");
    columns.mutable_events()->add_genre(0);
    columns.mutable_events()->add_starts_at(0);
  }
  return columns;
}

// One row with a million events once took 500 MiB, for good.
TEST(VisitBatchLimitsTest, MoreEventsThanRowsAreRefused) {
  EXPECT_THAT(ReadVisitBatch(Columns(2, 2).SerializeAsString(), 2), IsOk());
  EXPECT_THAT(ReadVisitBatch(Columns(2, 3).SerializeAsString(), 2),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(VisitBatchLimitsTest, AnOverlongPayloadIsRefusedBeforeItIsParsed) {
  v1::VisitColumns columns = Columns(1, 1);
  columns.mutable_events()->set_title(0, std::string(100'000, 'x'));
  EXPECT_THAT(ReadVisitBatch(columns.SerializeAsString(), 1),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::HasSubstr("too long")));
}

TEST(VisitBatchLimitsTest, WhatLiesBeforeTheAgreementIsRefused) {
  v1::VisitColumns columns = Columns(3, 2);
  columns.mutable_events()->set_starts_at(0, 1000 * 1440 - 1);
  columns.mutable_events()->set_starts_at(1, 1000 * 1440);
  for (int i = 0; i < 3; ++i) {
    columns.set_event(i, i == 0 ? 0 : 1);
    columns.set_sold_at(i, 1000 * 24);
  }
  columns.set_sold_at(2, 1000 * 24 - 1);
  const auto batch =
      ReadVisitBatch(columns.SerializeAsString(), 3, 1000 * 1440);
  ASSERT_THAT(batch, IsOk());
  EXPECT_EQ(batch->is_refused, (std::vector<bool>{true, false, true}));
  EXPECT_EQ(batch->refused[0].reason(), "BEFORE_AGREEMENT");
  EXPECT_EQ(batch->refused[0].column(), "starts_at");
  EXPECT_EQ(batch->refused[1].column(), "sold_at");
}

}  // namespace
}  // namespace garderobe::aggregator
