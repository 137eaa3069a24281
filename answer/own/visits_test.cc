#include "answer/own/visits.h"

#include <map>
#include <string>
#include <vector>

#include "core/base/civil_time.h"
#include "core/catalogue/bands.h"
#include "core/catalogue/codes.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::answer {
namespace {

using Rows = std::map<std::string, std::vector<int64_t>>;

Rows RowsOf(const absl::StatusOr<v1::QueryOwnResponse>& response) {
  Rows rows;
  EXPECT_THAT(response, IsOk());
  if (!response.ok()) return rows;
  for (const auto& row : response->rows()) {
    for (const auto& value : row.value()) {
      rows[row.key()].push_back(value.number());
    }
  }
  return rows;
}

int32_t Day(int year, int month, int day) {
  return DayNumber({year, month, day});
}

class OwnVisitsTest : public ::testing::Test {
 protected:
  void Event(const std::string& id, int32_t day, int hour, const char* genre,
             const char* channel, uint64_t visits) {
    auto* events = mirror_.mutable_events();
    mirror_.add_event(static_cast<uint32_t>(events->id_size()));
    events->add_id(id);
    events->add_title("title of " + id);
    events->add_genre(*CodeOf(kGenres, genre));
    events->add_starts_at(day * 1440 + hour * 60);
    mirror_.mutable_channel()->push_back(
        static_cast<char>(*CodeOf(kChannels, channel)));
    auto* tallies = mirror_.mutable_tallies();
    tallies->add_visits(visits);
    tallies->add_tickets(2 * visits);
    tallies->add_revenue_cents(static_cast<int64_t>(1000 * visits));
  }
  void SetUp() override {
    Event("A", Day(2025, 3, 1), 20, "film", "web", 3);       // Saturday
    Event("B", Day(2025, 3, 2), 14, "film", "app", 4);       // Sunday
    Event("A", Day(2025, 4, 5), 20, "dance", "web", 5);      // Saturday
    Event("C", Day(2024, 3, 2), 20, "dance", "web", 7);      // Saturday
    Event("D", Day(1999, 12, 31), 23, "dance", "phone", 1);  // Friday
  }
  v1::Mirror mirror_;
};

TEST_F(OwnVisitsTest, BySplits) {
  EXPECT_EQ(RowsOf(VisitsBy(mirror_, "month", {})),
            (Rows{{"1999-12", {1, 2, 1000}},
                  {"2024-03", {7, 14, 7000}},
                  {"2025-03", {7, 14, 7000}},
                  {"2025-04", {5, 10, 5000}}}));
  const DayRange year{Day(2025, 1, 1), Day(2025, 12, 31)};
  EXPECT_EQ(RowsOf(VisitsBy(mirror_, "event", year)),
            (Rows{{"A", {8, 16, 8000}}, {"B", {4, 8, 4000}}}));
  EXPECT_EQ(RowsOf(VisitsBy(mirror_, "genre", year)),
            (Rows{{"film", {7, 14, 7000}}, {"dance", {5, 10, 5000}}}));
  EXPECT_EQ(RowsOf(VisitsBy(mirror_, "subgenre", year)).size(), 2u);
  EXPECT_EQ(RowsOf(VisitsBy(mirror_, "weekday", {})),
            (Rows{{"saturday", {15, 30, 15000}},
                  {"sunday", {4, 8, 4000}},
                  {"friday", {1, 2, 1000}}}));
  EXPECT_EQ(RowsOf(VisitsBy(mirror_, "hour", {})).at("23").front(), 1);
  EXPECT_EQ(RowsOf(VisitsBy(mirror_, "season", year)),
            (Rows{{"2024-25", {12, 24, 12000}}}));
  EXPECT_EQ(
      RowsOf(VisitsBy(mirror_, "week", year)),
      (Rows{{"2025-02-24", {7, 14, 7000}}, {"2025-03-31", {5, 10, 5000}}}));
  EXPECT_EQ(VisitsBy(mirror_, "event", year)->rows(0).label(), "title of A");
}

TEST_F(OwnVisitsTest, ByLeadTimeInTheOrderOfTheBands) {
  auto* split = mirror_.mutable_lead_time();
  for (size_t band = 0; band < kLeadTimes.size(); ++band) {
    split->add_day(Day(2025, 3, 1));
    split->add_value(static_cast<uint32_t>(band));
    split->mutable_tallies()->add_visits(band + 1);
    split->mutable_tallies()->add_tickets(0);
    split->mutable_tallies()->add_revenue_cents(0);
  }
  const auto response = VisitsBy(mirror_, "lead_time", {});
  ASSERT_THAT(response, IsOk());
  for (size_t band = 0; band < kLeadTimes.size(); ++band) {
    EXPECT_EQ(response->rows(static_cast<int>(band)).key(), kLeadTimes[band]);
  }
}

TEST_F(OwnVisitsTest, AComparisonLaysEachWeekdayBesideItsOwn) {
  // 1 March 2025 is a Saturday, as 2 March 2024.
  const DayRange march{Day(2025, 3, 1), Day(2025, 3, 31)};
  EXPECT_EQ(RowsOf(VisitsCompared(mirror_, "day", march)),
            (Rows{{"2025-03-01", {3, 7, 6, 14, 3000, 7000}},
                  {"2025-03-02", {4, 0, 8, 0, 4000, 0}}}));
  const DayRange april{Day(2025, 4, 1), Day(2025, 4, 30)};
  EXPECT_EQ(VisitsCompared(mirror_, "day", april)->note(0), "before_empty");
  EXPECT_THAT(VisitsCompared(mirror_, "day", {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(OwnVisitsTest, AnotherSplitIsRefusedWithThoseThereAre) {
  const auto refused = VisitsBy(mirror_, "shoe_size", {});
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_NE(refused.status().message().find("lead_time"), std::string::npos);
}

}  // namespace
}  // namespace garderobe::answer
