#include "client/lists/customer_list.h"

#include <string>

#include "core/base/civil_time.h"
#include "core/catalogue/codes.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

class CustomerListTest : public ::testing::Test {
 protected:
  void Visit(std::string_view customer, const CivilDate& day,
             std::string_view event = "E1", std::string_view genre = "dance",
             VisitStatus status = VisitStatus::kSold, bool share = true) {
    OrderLine line;
    line.customer_id = customer;
    line.event_id = event;
    line.event_title = event == "H" ? "Hamlét (reprise)" : "";
    line.genre = *CodeOf(kGenres, genre);
    line.starts_at = DayNumber(day) * 1440 + 20 * 60;
    line.status = static_cast<uint8_t>(status);
    line.share = share;
    list_->Add(line);
  }
  void Begin(const ListRules& rules) {
    list_ = std::make_unique<CustomerList>(rules);
  }
  std::string Found() const {
    std::string ids;
    for (const auto& one : list_->Find().customers) ids += one.customer_id;
    return ids;
  }
  static SeenRule Seen(std::string_view text) {
    auto rule = ParseSeenRule(text);
    EXPECT_THAT(rule, IsOk());
    return rule.ok() ? *rule : SeenRule();
  }
  std::unique_ptr<CustomerList> list_;
};

TEST_F(CustomerListTest, LapsedCameTwiceInTwoYearsAndNotSince) {
  ListRules rules;
  ASSERT_THAT(AddLapsed(2025, &rules), IsOk());
  Begin(rules);
  for (const char* who : {"a", "b"}) {
    Visit(who, {2023, 1, 1});
    Visit(who, {2024, 12, 31});
  }
  Visit("b", {2025, 3, 1});  // came again
  Visit("c", {2022, 12, 31});
  Visit("c", {2024, 1, 1});  // once in time
  Visit("d", {2024, 1, 1});
  Visit("d", {2024, 1, 1}, "E2");  // two lines of one day
  Visit("e", {2024, 1, 1});
  Visit("e", {2024, 1, 2});
  // What was cancelled is no visit, before or since.
  Visit("e", {2025, 1, 2}, "E1", "dance", VisitStatus::kCancelled);
  EXPECT_EQ(Found(), "ae");
  EXPECT_THAT(AddLapsed(25, &rules),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(CustomerListTest, SeenThisAndThatAndNotTheOther) {
  ListRules rules;
  rules.seen = {Seen("event:E1"), Seen("title:HAMLET")};
  rules.not_seen = {Seen("genre:jazz")};
  Begin(rules);
  for (const char* who : {"a", "b"}) {
    Visit(who, {2025, 1, 1}, "E1");
    Visit(who, {2025, 1, 2}, "H");
  }
  Visit("b", {2025, 1, 3}, "M", "jazz");
  Visit("c", {2025, 1, 1}, "E1");
  EXPECT_EQ(Found(), "a");
}

TEST_F(CustomerListTest, DaysAreCountedInWhateverOrderTheyCome) {
  ListRules rules;
  rules.days_min = rules.days_max = 2;
  Begin(rules);
  Visit("a", {2025, 1, 1});
  Visit("a", {2025, 2, 1});
  Visit("a", {2025, 1, 1}, "E2");
  Visit("b", {2025, 1, 1});
  for (int month = 1; month <= 3; ++month) Visit("c", {2025, month, 1});
  EXPECT_EQ(Found(), "a");
  EXPECT_EQ(list_->Find().looked_at, 3u);
  EXPECT_EQ(list_->Find().customers[0].last_day, DayNumber({2025, 2, 1}));
}

TEST_F(CustomerListTest, WhoDoesNotWantToIsOnNoList) {
  Begin({});
  list_->OptOut("a");
  for (const char* who : {"a", "b", "c"}) Visit(who, {2025, 1, 1});
  Visit("b", {2024, 1, 1}, "E1", "dance", VisitStatus::kCancelled, false);
  EXPECT_EQ(Found(), "c");
  EXPECT_EQ(list_->Find().opted_out, 2u);
  list_->OptOut("nobody's number");
  EXPECT_EQ(list_->Find().opt_outs, 2u);
  EXPECT_EQ(list_->Find().opt_outs_known, 1u);
}

TEST_F(CustomerListTest, RulesThatSayNothingAreRefused) {
  EXPECT_THAT(ParseSeenRule(""), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseSeenRule("title:"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseSeenRule("genre:knitting"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(Seen("NL:2025:7").value, "NL:2025:7");
  EXPECT_EQ(Seen("event:x").value, "x");
}

}  // namespace
}  // namespace garderobe::client
