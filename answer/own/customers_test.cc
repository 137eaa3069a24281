#include "answer/own/customers.h"

#include <map>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::answer {
namespace {

class OwnCustomersTest : public ::testing::Test {
 protected:
  v1::CustomerMirror::InPeriod& Period(const std::string& text,
                                       uint64_t customers) {
    auto* period = mirror_.add_periods();
    period->set_period(text);
    period->set_customers(customers);
    return *period;
  }
  static void Split(v1::CustomerMirror::InPeriod& period,
                    const std::string& dimension,
                    const std::map<std::string, uint64_t>& values) {
    auto* split = period.add_splits();
    split->set_dimension(dimension);
    for (const auto& [value, customers] : values) {
      split->add_value(value);
      split->add_customers(customers);
      split->add_addresses(0);
    }
  }
  v1::CustomerMirror mirror_;
};

TEST_F(OwnCustomersTest, WhereFewCameTheLongerPeriodIsTold) {
  Period("2025-07", 4);
  Period("2025Q3", 9);
  Split(Period("2025", 40), "age", {{"18-24", 15}, {"75+", 25}});
  const auto told = CustomersBy(mirror_, "age", "2025-07");
  ASSERT_THAT(told, IsOk());
  EXPECT_EQ(told->period(), "2025");
  EXPECT_EQ(told->note(0), "longer_period");
  ASSERT_EQ(told->rows_size(), 2);
  EXPECT_EQ(told->rows(1).key(), "75+");
  EXPECT_EQ(told->rows(1).value(0).number(), 25);
}

TEST_F(OwnCustomersTest, WhereFewCameAtAllNothingIsSplit) {
  Period("2025-07", 4);
  Period("2025", 9);
  const auto told = CustomersBy(mirror_, "age", "2025-07");
  ASSERT_THAT(told, IsOk());
  EXPECT_EQ(told->rows_size(), 0);
  EXPECT_EQ(told->note(0), "too_few");
  EXPECT_THAT(CustomersBy(mirror_, "age", "2019"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(OwnCustomersTest, NewAndReturningAreMarkedWhereNobodyKnows) {
  Split(Period("2024", 30), "loyalty", {{"new", 20}, {"returning", 10}});
  mirror_.mutable_periods(0)->set_lapsed(3);
  Period("2025", 30);
  const auto told = CustomersBy(mirror_, "year", "");
  ASSERT_THAT(told, IsOk());
  ASSERT_EQ(told->rows_size(), 2);
  EXPECT_EQ(told->rows(0).value(3).number(), 20);
  EXPECT_EQ(told->rows(0).value(5).number(), 3);
  for (int i = 3; i < 6; ++i) {
    EXPECT_EQ(told->rows(0).value(i).mark(), "");
    EXPECT_EQ(told->rows(1).value(i).mark(), "n");
  }
}

TEST_F(OwnCustomersTest, PeriodsAndSplitsThatAreNoneAreRefused) {
  Period("2025", 30);
  for (const char* period : {"", "2025-13", "yesterday"}) {
    EXPECT_THAT(CustomersBy(mirror_, "age", period),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(CustomersBy(mirror_, "postcode", "2025"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(OwnCustomersTest, TheTippingPointIsWhereMoreThanHalfComeAgain) {
  const auto add = [&](uint32_t nth, uint64_t customers, uint64_t returned,
                       uint64_t open) {
    auto* one = mirror_.add_returns();
    one->set_year(2024);
    one->set_nth(nth);
    one->set_customers(customers);
    one->set_returned(returned);
    one->set_open(open);
  };
  add(1, 100, 20, 0);
  add(2, 40, 20, 0);   // half, not more
  add(3, 30, 11, 10);  // 11 of the 20 that are decided
  add(4, 10, 0, 10);   // nobody is
  const auto told = Returns(mirror_);
  ASSERT_EQ(told.note_size(), 1);
  EXPECT_EQ(told.note(0), "tipping_point 2024 3");
  EXPECT_EQ(told.rows(2).value(3).number(), 55);
  EXPECT_EQ(told.rows(3).value(3).mark(), "n");
  EXPECT_EQ(told.rows(3).key(), "2024 4+");
}

}  // namespace
}  // namespace garderobe::answer
