#include "aggregator/ledger/visit_tally.h"

#include <map>
#include <random>
#include <string>

#include "core/catalogue/bands.h"
#include "core/catalogue/codes.h"
#include "gtest/gtest.h"

namespace garderobe::aggregator {
namespace {

class VisitTallyTest : public ::testing::Test {
 protected:
  uint32_t AddEvent(const std::string& id, int32_t starts_at) {
    Event event;
    event.id = id;
    event.starts_at = starts_at;
    events_.push_back(event);
    tally_.AddEvent(event);
    return static_cast<uint32_t>(events_.size() - 1);
  }
  v1::Mirror Mirror() const {
    v1::Mirror mirror;
    tally_.AddTo(events_, &mirror);
    return mirror;
  }
  std::vector<Event> events_;
  VisitTally tally_;
};

TEST_F(VisitTallyTest, WhatDoesNotCountIsNotThere) {
  const uint32_t event = AddEvent("E", 600);
  VisitRow row;
  row.event = event;
  row.quantity = 2;
  row.status = static_cast<uint8_t>(VisitStatus::kCancelled);
  tally_.Count(row, +1);
  EXPECT_EQ(Mirror().events().id_size(), 0);
  row.status = static_cast<uint8_t>(VisitStatus::kNoShow);
  tally_.Count(row, +1);
  EXPECT_EQ(Mirror().tallies().visits(0), 1u);
  EXPECT_EQ(Mirror().tallies().tickets(0), 2u);
  tally_.Count(row, -1);
  EXPECT_EQ(Mirror().event_size(), 0);
  EXPECT_EQ(Mirror().lead_time().day_size(), 0);
}

// Rows that come and go in any order leave what those that stay add up to.
TEST_F(VisitTallyTest, AgreesWithASumOverTheRowsThatStay) {
  std::mt19937 random(11);
  for (int i = 0; i < 40; ++i) {
    AddEvent("E" + std::to_string(i % 30),
             1440 * static_cast<int32_t>(random() % 20) - 5 * 1440 + i);
  }
  std::vector<VisitRow> rows;
  for (int i = 0; i < 3000; ++i) {
    VisitRow row;
    row.event = static_cast<uint32_t>(random() % events_.size());
    row.sold_at = random() % 5 == 0
                      ? kUnknownTime
                      : static_cast<int32_t>(random() % 4000) - 3000;
    row.price_cents = static_cast<int32_t>(random() % 5000) - 100;
    row.quantity = static_cast<uint16_t>(random() % 9);
    row.channel = static_cast<uint8_t>(random() % kChannels.size());
    row.status = static_cast<uint8_t>(random() % kStatuses.size());
    tally_.Count(row, +1);
    rows.push_back(row);
  }
  std::shuffle(rows.begin(), rows.end(), random);
  for (int i = 0; i < 1000; ++i) {
    tally_.Count(rows.back(), -1);
    rows.pop_back();
  }
  std::map<std::pair<int32_t, uint32_t>, std::array<int64_t, 3>> by_lead_time,
      by_sale;
  std::array<int64_t, 3> all{};
  for (const VisitRow& row : rows) {
    if (!Counts(static_cast<VisitStatus>(row.status))) continue;
    const int32_t day = DayOf(events_[row.event]);
    std::optional<int32_t> ahead;
    const auto take = [&](std::array<int64_t, 3>& sums) {
      sums[0] += 1;
      sums[1] += row.quantity;
      sums[2] += row.price_cents;
    };
    take(all);
    if (row.sold_at != kUnknownTime) {
      const int32_t sold = static_cast<int32_t>(
          std::floor(static_cast<double>(row.sold_at) / 24));
      ahead = day - sold;
      take(by_sale[{sold, 0}]);
    }
    take(by_lead_time[{day, LeadTimeBand(ahead)}]);
  }
  const v1::Mirror mirror = Mirror();
  const auto told = [](const v1::Mirror::Split& split) {
    std::map<std::pair<int32_t, uint32_t>, std::array<int64_t, 3>> sums;
    for (int i = 0; i < split.day_size(); ++i) {
      sums[{split.day(i), split.value(i)}] = {
          static_cast<int64_t>(split.tallies().visits(i)),
          static_cast<int64_t>(split.tallies().tickets(i)),
          split.tallies().revenue_cents(i)};
    }
    return sums;
  };
  EXPECT_EQ(told(mirror.lead_time()), by_lead_time);
  EXPECT_EQ(told(mirror.sold()), by_sale);
  std::array<int64_t, 3> told_in_all{};
  for (int i = 0; i < mirror.event_size(); ++i) {
    told_in_all[0] += static_cast<int64_t>(mirror.tallies().visits(i));
    told_in_all[1] += static_cast<int64_t>(mirror.tallies().tickets(i));
    told_in_all[2] += mirror.tallies().revenue_cents(i);
  }
  EXPECT_EQ(told_in_all, all);
}

}  // namespace
}  // namespace garderobe::aggregator
