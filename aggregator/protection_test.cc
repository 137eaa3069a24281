#include "aggregator/protection.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {
namespace {

ExactCell Of(int persons, int64_t visits = 0) {
  ExactCell cell;
  for (int i = 0; i < persons; ++i) {
    cell.persons.Add(static_cast<unsigned __int128>(i) * 7919);
    cell.households.Add(static_cast<unsigned __int128>(i) * 7907);
  }
  cell.visits = visits;
  cell.tickets = 2 * visits;
  return cell;
}

class ProtectionTest : public ::testing::Test {
 protected:
  std::vector<v1::CubeCell> Protect(const ExactPopulation& population,
                                    const char* text = "2025") {
    auto period = Period::Parse(text);
    std::vector<v1::CubeCell> cells;
    Protector(*period, std::string(32, 's'), key_).Add(population, cells);
    return cells;
  }
  static const v1::CubeCell* Find(const std::vector<v1::CubeCell>& cells,
                                  const std::string& id,
                                  const std::string& measure) {
    for (const auto& cell : cells) {
      if (cell.cell() == id && cell.measure() == measure) return &cell;
    }
    return nullptr;
  }
  NoiseKey key_ = NoiseKey::Random();
};

TEST_F(ProtectionTest, FewerThanTenPersonsNeverAppear) {
  for (int trial = 0; trial < 20'000; ++trial) {
    ExactPopulation population{
        "institution=i" + std::to_string(trial), true, Of(9), {}};
    for (const auto& cell : Protect(population)) {
      ASSERT_EQ(cell.mark(), "p");
      ASSERT_EQ(cell.value(), 0);
    }
  }
}

TEST_F(ProtectionTest, ReleaseDependsOnTheNoisyCountOnly) {
  // 30 true persons pass about half of the time; without noise, always.
  int released = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    ExactPopulation population{
        "institution=i" + std::to_string(trial), true, Of(30), {}};
    const auto cells = Protect(population);
    released += Find(cells, "v1;reach;2025;" + population.population, "persons")
                    ->mark() != "p";
  }
  EXPECT_GT(released, 2000);
  EXPECT_LT(released, 2600);
}

TEST_F(ProtectionTest, ProtectedZeroSmallAndEmptyLookAlike) {
  const auto zero = Protect({"institution=a", true, Of(0), {}});
  const auto small = Protect({"institution=a", true, Of(9, 90), {}});
  ASSERT_EQ(zero.size(), small.size());
  for (size_t i = 0; i < zero.size(); ++i) {
    EXPECT_EQ(zero[i].SerializeAsString(), small[i].SerializeAsString());
  }
}

TEST_F(ProtectionTest, NothingDeliveredSaysSo) {
  for (const auto& cell : Protect({"institution=a", false, Of(0), {}})) {
    EXPECT_EQ(cell.mark(), "n");
  }
}

TEST_F(ProtectionTest, ValuesAreRoundedAndSmallOnesIndicative) {
  const auto cells = Protect({"national", true, Of(5000, 60000), {}});
  const auto* persons = Find(cells, "v1;reach;2025;national", "persons");
  EXPECT_NEAR(static_cast<double>(persons->value()), 5000, 25);
  EXPECT_EQ(persons->value() % 10, 0);
  EXPECT_EQ(persons->mark(), "");
  EXPECT_NEAR(static_cast<double>(
                  Find(cells, "v1;reach;2025;national", "visits")->value()),
              60000, 700);
  const auto few = Protect({"institution=b", true, Of(60, 80), {}});
  EXPECT_EQ(Find(few, "v1;reach;2025;institution=b", "persons")->mark(), "u");
  EXPECT_EQ(Find(few, "v1;reach;2025;institution=b", "visits")->mark(), "u");
}

TEST_F(ProtectionTest, OtherHasAThresholdOfItsOwn) {
  ExactPopulation population{"national", true, Of(2000), {}};
  population.municipalities["GM0001"] = Of(900);
  population.municipalities["GM0002"] = Of(5);
  auto cells = Protect(population);
  const std::string prefix = "v1;municipality;2025;national;municipality=";
  EXPECT_EQ(Find(cells, prefix + "GM0002", "persons"), nullptr);
  const auto* other = Find(cells, prefix + "other", "persons");
  ASSERT_NE(other, nullptr);
  EXPECT_NEAR(static_cast<double>(other->value()), 1100, 50);
  // One subtracted cell: 10 + 2 x 20 = 50 is needed, and 9 + 40 never is.
  population.whole = Of(909);
  cells = Protect(population);
  EXPECT_EQ(Find(cells, prefix + "other", "persons")->mark(), "p");
}

TEST_F(ProtectionTest, MonthsHaveReachOnly) {
  ExactPopulation population{"national", true, Of(2000), {}};
  population.municipalities["GM0001"] = Of(900);
  for (const auto& cell : Protect(population, "2025-03")) {
    EXPECT_TRUE(cell.cell().starts_with("v1;reach;2025-03;")) << cell.cell();
  }
}

TEST(VisitCapTest, FollowsThePeriod) {
  EXPECT_EQ(VisitCap(Period::Level::kYear), 30);
  EXPECT_EQ(VisitCap(Period::Level::kQuarter), 10);
  EXPECT_EQ(VisitsTable(Period::Level::kYear).d(), 600);
  EXPECT_EQ(VisitsTable(Period::Level::kMonth).d(), 200);
}

}  // namespace
}  // namespace garderobe::aggregator
