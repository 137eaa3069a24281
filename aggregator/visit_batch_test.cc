#include "aggregator/visit_batch.h"

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

}  // namespace
}  // namespace garderobe::aggregator
