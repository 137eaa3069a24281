#include "aggregator/mirror/customer_count.h"

#include <map>
#include <random>
#include <set>
#include <string>

#include "core/base/civil_time.h"
#include "core/catalogue/codes.h"
#include "core/catalogue/period.h"
#include "gtest/gtest.h"

namespace garderobe::aggregator {
namespace {

using Told = std::map<std::string, uint64_t>;

int32_t Day(int year, int month, int day) {
  return DayNumber({year, month, day});
}

class CustomerCountTest : public ::testing::Test {
 protected:
  void Visit(uint32_t relation, int32_t day, int32_t cents = 1000,
             std::string_view genre = "other",
             std::string_view channel = "web") {
    visits_.push_back({relation, day, cents, *CodeOf(kGenres, genre),
                       *CodeOf(kChannels, channel)});
  }
  // A relation that showed an identifier of a person.
  Relation& Customer(uint32_t number) {
    Relation& relation = relations_[number];
    relation.shown = kShownPerson;
    return relation;
  }
  v1::CustomerMirror Count(int32_t today = Day(2026, 6, 1),
                           int32_t covered_from = Day(2020, 1, 1)) const {
    return CountCustomers(
        visits_, relations_,
        {.today = today, .is_covered = [=](int32_t first, int32_t end) {
           return first >= covered_from && end <= today + 1;
         }});
  }
  static const v1::CustomerMirror::InPeriod* Find(
      const v1::CustomerMirror& mirror, const std::string& period) {
    for (const auto& one : mirror.periods()) {
      if (one.period() == period) return &one;
    }
    return nullptr;
  }
  static Told SplitOf(const v1::CustomerMirror& mirror,
                      const std::string& period, const std::string& dimension,
                      bool addresses = false) {
    Told told;
    const auto* found = Find(mirror, period);
    if (found == nullptr) return told;
    for (const auto& split : found->splits()) {
      if (split.dimension() != dimension) continue;
      for (int i = 0; i < split.value_size(); ++i) {
        told[split.value(i)] =
            addresses ? split.addresses(i) : split.customers(i);
      }
    }
    return told;
  }
  std::vector<CustomerVisit> visits_;
  absl::flat_hash_map<uint32_t, Relation> relations_;
};

TEST_F(CustomerCountTest, NothingOfNobody) {
  EXPECT_EQ(Count().periods_size(), 0);
}

TEST_F(CustomerCountTest, EachCustomerOnceAPeriodOfEachKind) {
  for (uint32_t i = 1; i <= 12; ++i) {
    Visit(i, Day(2025, 8, 31));
    Visit(i, Day(2025, 9, 1));
  }
  Visit(1, Day(2025, 12, 31));
  const auto mirror = Count();
  const auto customers = [&](const std::string& period) {
    const auto* found = Find(mirror, period);
    return found == nullptr ? 0 : found->customers();
  };
  EXPECT_EQ(customers("2025-08"), 12u);
  EXPECT_EQ(customers("2025-09"), 12u);
  EXPECT_EQ(customers("2025-12"), 1u);
  EXPECT_EQ(customers("2025Q3"), 12u);
  EXPECT_EQ(customers("2025Q4"), 1u);
  EXPECT_EQ(customers("2025"), 12u);
  EXPECT_EQ(customers("2024-25"), 12u);
  EXPECT_EQ(customers("2025-26"), 12u);
  EXPECT_EQ(Find(mirror, "2025")->visits(), 25u);
  EXPECT_EQ(mirror.first_day(), Day(2025, 8, 31));
  EXPECT_EQ(mirror.last_day(), Day(2025, 12, 31));
  EXPECT_EQ(SplitOf(mirror, "2025", "frequency"),
            (Told{{"2", 11}, {"3-5", 1}}));
}

// answerd holds no attribute of a set of fewer than ten.
TEST_F(CustomerCountTest, OfFewCustomersNothingIsSplit) {
  for (uint32_t i = 1; i <= 9; ++i) {
    Customer(i).birth_year = 1980;
    Visit(i, Day(2025, 3, 1));
  }
  EXPECT_EQ(Find(Count(), "2025")->customers(), 9u);
  EXPECT_EQ(Find(Count(), "2025")->splits_size(), 0);
  Customer(10).birth_year = 1950;
  Visit(10, Day(2025, 7, 1));
  EXPECT_EQ(SplitOf(Count(), "2025", "age"), (Told{{"45-54", 9}, {"75+", 1}}));
  EXPECT_EQ(Find(Count(), "2025-07")->splits_size(), 0);
}

TEST_F(CustomerCountTest, AddressesAreNoCustomers) {
  for (uint32_t i = 1; i <= 10; ++i) {
    relations_[i].shown = kShownAddress;
    relations_[i].birth_year = 1980;  // nobody's
    Visit(i, Day(2025, 3, 1));
    Visit(i, Day(2024, 3, 1));
  }
  const auto mirror = Count();
  EXPECT_EQ(Find(mirror, "2025")->customers(), 0u);
  EXPECT_EQ(Find(mirror, "2025")->addresses(), 10u);
  EXPECT_EQ(SplitOf(mirror, "2025", "age"), Told());
  EXPECT_EQ(SplitOf(mirror, "2025", "loyalty"), Told());
  EXPECT_EQ(SplitOf(mirror, "2025", "frequency", /*addresses=*/true),
            (Told{{"1", 10}}));
  EXPECT_EQ(mirror.returns_size(), 0);
}

TEST_F(CustomerCountTest, NewReturningAndLapsedLookBack24Months) {
  // 1 to 10 come in 2025 for the first time.
  for (uint32_t i = 1; i <= 10; ++i) Visit(i, Day(2025, 5, 10));
  // 11 came 24 months and a day before, 12 exactly 24 months before.
  Visit(11, Day(2023, 5, 9));
  Visit(11, Day(2025, 5, 10));
  Visit(12, Day(2023, 5, 10));
  Visit(12, Day(2025, 5, 10));
  // 13 and 14 came twice and once before 2025, and not in it.
  for (int i = 0; i < 2; ++i) Visit(13, Day(2024, 2, 1 + i));
  Visit(14, Day(2024, 2, 1));
  const auto mirror = Count();
  EXPECT_EQ(SplitOf(mirror, "2025", "loyalty"),
            (Told{{"new", 11}, {"returning", 1}}));
  EXPECT_EQ(Find(mirror, "2025")->lapsed(), 1u);
  // A year that is not over says of nobody that they did not come.
  EXPECT_FALSE(Find(Count(Day(2025, 12, 30)), "2025")->has_lapsed());
  // Where the months before are not covered, nobody knows who is new.
  const auto uncovered = Count(Day(2026, 6, 1), Day(2023, 2, 1));
  EXPECT_EQ(SplitOf(uncovered, "2025", "loyalty"), Told());
  EXPECT_FALSE(Find(uncovered, "2025")->has_lapsed());
}

TEST_F(CustomerCountTest, ReturnsAreOnAnotherDayWithinTwelveMonths) {
  // Twelve come once in 2023; six again within a year, one a day too late, one
  // on the same day.
  for (uint32_t i = 1; i <= 12; ++i) Visit(i, Day(2023, 3, 1));
  for (uint32_t i = 1; i <= 6; ++i) Visit(i, Day(2024, 3, 1));
  Visit(7, Day(2024, 3, 2));
  Visit(8, Day(2023, 3, 1));
  const auto find = [](const v1::CustomerMirror& mirror, uint32_t year,
                       uint32_t nth) {
    for (const auto& one : mirror.returns()) {
      if (one.year() == year && one.nth() == nth) return one;
    }
    return v1::CustomerMirror::Return();
  };
  const auto first = find(Count(), 2023, 1);
  EXPECT_EQ(first.customers(), 12u);
  EXPECT_EQ(first.returned(), 6u);
  EXPECT_EQ(first.open(), 0u);
  // Who may still come is told apart.
  EXPECT_EQ(find(Count(Day(2024, 3, 1)), 2023, 1).open(), 6u);
  // Seven second visits are too few to be told.
  EXPECT_EQ(find(Count(), 2024, 2).customers(), 0u);
}

TEST_F(CustomerCountTest, TheMainGenreHasMostVisitsThenTheLaterOne) {
  for (uint32_t i = 1; i <= 10; ++i) {
    Visit(i, Day(2025, 1, 1), 0, "film");
    Visit(i, Day(2025, 1, 2), 0, "film");
    Visit(i, Day(2025, 1, 3), 0, "dance");
    // What no list knows yields to what one does.
    for (int k = 0; k < 5; ++k) Visit(i, Day(2025, 1, 4));
  }
  Visit(1, Day(2025, 1, 5), 0, "dance");  // as many, and later
  EXPECT_EQ(SplitOf(Count(), "2025", "genre"),
            (Told{{"dance", 1}, {"film", 9}}));
}

// Every split beside a count that takes no short cuts.
TEST_F(CustomerCountTest, AgreesWithANaiveCount) {
  std::mt19937 random(7);
  const auto below = [&](uint32_t end) { return random() % end; };
  for (uint32_t number = 1; number <= 300; ++number) {
    if (below(10) > 0) {
      Relation& relation = Customer(number);
      relation.gender = static_cast<uint8_t>(below(kGenders.size()));
      relation.birth_year = static_cast<uint16_t>(1940 + below(75));
      relation.pc4 = static_cast<uint16_t>(1011 + below(8000));
      if (below(8) == 0) relation.shown = kShownAddress;
      if (below(2) == 0) relation.language = below(2) == 0 ? "nl" : "fr";
    }
    for (uint32_t k = 1 + below(6); k > 0; --k) {
      Visit(number, Day(2023, 1, 1) + static_cast<int32_t>(below(900)),
            static_cast<int32_t>(below(9000)), kGenres[below(kGenres.size())],
            kChannels[below(kChannels.size())]);
    }
  }
  const auto mirror = Count();
  uint64_t checked = 0;
  for (const auto& counted : mirror.periods()) {
    const Period period = *Period::ParseOwn(counted.period());
    std::map<uint32_t, std::vector<CustomerVisit>> by_customer;
    for (const CustomerVisit& visit : visits_) {
      if (visit.day >= period.first_day() && visit.day < period.end_day()) {
        by_customer[visit.relation].push_back(visit);
      }
    }
    Told languages, first_channels;
    uint64_t customers = 0, addresses = 0, visits = 0;
    for (const auto& [number, own] : by_customer) {
      visits += own.size();
      const auto known = relations_.find(number);
      if (known != relations_.end() && known->second.shown == kShownAddress) {
        ++addresses;
        continue;
      }
      ++customers;
      const std::string language =
          known == relations_.end() ? "" : known->second.language;
      ++languages[language.empty() ? "unknown" : language];
    }
    EXPECT_EQ(counted.customers(), customers) << counted.period();
    EXPECT_EQ(counted.addresses(), addresses) << counted.period();
    EXPECT_EQ(counted.visits(), visits) << counted.period();
    if (customers < kCustomersToldMin) continue;
    EXPECT_EQ(SplitOf(mirror, counted.period(), "language"), languages)
        << counted.period();
    for (const auto& split : counted.splits()) {
      uint64_t sum = 0;
      for (const uint64_t one : split.customers()) sum += one;
      EXPECT_EQ(sum, customers) << counted.period() << split.dimension();
    }
    ++checked;
  }
  EXPECT_GT(checked, 30u);
}

// In whatever order visits were delivered.
TEST_F(CustomerCountTest, TheOrderOfDeliveryChangesNothing) {
  std::mt19937 random(3);
  for (uint32_t number = 1; number <= 40; ++number) {
    for (int k = 0; k < 3; ++k) {
      Visit(number, Day(2025, 1, 1) + static_cast<int32_t>(random() % 5), 5,
            kGenres[random() % kGenres.size()],
            kChannels[random() % kChannels.size()]);
    }
  }
  const std::string before = Count().SerializeAsString();
  std::shuffle(visits_.begin(), visits_.end(), random);
  EXPECT_EQ(Count().SerializeAsString(), before);
}

}  // namespace
}  // namespace garderobe::aggregator
