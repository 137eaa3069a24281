#include "core/catalogue/catalogue.h"

#include <cmath>
#include <random>

#include "core/base/merkle.h"
#include "core/catalogue/codes.h"
#include "core/catalogue/cube_format.h"
#include "core/catalogue/period.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

TEST(PeriodTest, BoundsAreCalendarBounds) {
  auto days = [](std::string_view text) {
    auto period = Period::Parse(text);
    EXPECT_THAT(period, IsOk());
    return ToIso(FromDayNumber(period->first_day())) + " " +
           ToIso(FromDayNumber(period->end_day()));
  };
  EXPECT_EQ(days("2025"), "2025-01-01 2026-01-01");
  EXPECT_EQ(days("2025Q4"), "2025-10-01 2026-01-01");
  EXPECT_EQ(days("2025-02"), "2025-02-01 2025-03-01");
}

TEST(PeriodTest, SeasonsAreForOwnFiguresOnly) {
  EXPECT_THAT(Period::Parse("2025-26"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  const auto season = Period::ParseOwn("2025-26");
  ASSERT_THAT(season, IsOk());
  EXPECT_EQ(ToIso(FromDayNumber(season->first_day())), "2025-09-01");
  EXPECT_EQ(ToIso(FromDayNumber(season->end_day())), "2026-09-01");
  EXPECT_EQ(season->text(), "2025-26");
  // A month, as everywhere else.
  EXPECT_EQ(Period::ParseOwn("2011-12")->level(), Period::Level::kMonth);
  for (const char* text : {"2025-27", "2025-2", "2025-26x", "-025-26"}) {
    EXPECT_THAT(Period::ParseOwn(text),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(PeriodTest, ADayLiesInOnePeriodOfEachLevel) {
  const auto texts = [](const CivilDate& date) {
    std::string all;
    for (const auto level : {Period::Level::kYear, Period::Level::kQuarter,
                             Period::Level::kMonth, Period::Level::kSeason}) {
      all += Period::Containing(level, DayNumber(date)).text() + " ";
    }
    return all;
  };
  EXPECT_EQ(texts({2025, 8, 31}), "2025 2025Q3 2025-08 2024-25 ");
  EXPECT_EQ(texts({2025, 9, 1}), "2025 2025Q3 2025-09 2025-26 ");
  EXPECT_EQ(texts({2099, 12, 31}), "2099 2099Q4 2099-12 2099-00 ");
  for (int32_t day = DayNumber({2023, 1, 1}); day < DayNumber({2026, 1, 1});
       ++day) {
    for (const auto level : {Period::Level::kYear, Period::Level::kQuarter,
                             Period::Level::kMonth, Period::Level::kSeason}) {
      const Period period = Period::Containing(level, day);
      EXPECT_LE(period.first_day(), day);
      EXPECT_GT(period.end_day(), day);
      EXPECT_EQ(Period::ParseOwn(period.text())->first_day(),
                period.first_day());
    }
  }
}

TEST(PeriodTest, AnythingElseIsRefused) {
  for (const char* text : {"", "25", "2025Q5", "2025-13", "2025-1",
                           "2025-01-01", "1999", "2025q1", "2025 "}) {
    EXPECT_THAT(Period::Parse(text),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(CubeFormatTest, CellIdsAreThoseOfTheSpecification) {
  EXPECT_EQ(
      CellId("municipality", "2026Q3", "institution=0001", "municipality=0599"),
      "v1;municipality;2026Q3;institution=0001;municipality=0599");
  EXPECT_EQ(PopulationOfCell("institution:0001"), "institution=0001");
}

TEST(CubeFormatTest, RootsMatchRfc6962) {
  // The empty tree and the tree of one empty leaf (RFC 6962, 2.1).
  EXPECT_EQ(ToHex(AsBytes(MerkleRoot({}))),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(AsBytes(MerkleRoot({""}))),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  // The reference tree of eight leaves.
  std::vector<std::string> leaves;
  for (const char* hex :
       {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f"}) {
    leaves.push_back(*FromHex(hex));
  }
  EXPECT_EQ(ToHex(AsBytes(MerkleRoot(leaves))),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
  leaves.resize(7);
  EXPECT_EQ(ToHex(AsBytes(MerkleRoot(leaves))),
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c");
}

TEST(CubeFormatTest, RoundsAsPublished) {
  EXPECT_EQ(RoundForRelease(32), 30);
  EXPECT_EQ(RoundForRelease(33), 35);
  EXPECT_EQ(RoundForRelease(997), 995);
  EXPECT_EQ(RoundForRelease(999), 1000);
  EXPECT_EQ(RoundForRelease(1004), 1000);
  EXPECT_EQ(RoundForRelease(1005), 1010);
  EXPECT_EQ(RoundForRelease(12345), 12300);
  EXPECT_EQ(RoundForRelease(1234567), 1230000);
}

TEST(CodesTest, WordsAndNumbersAgree) {
  EXPECT_EQ(CodeOf(kStatuses, "refunded"),
            static_cast<uint8_t>(VisitStatus::kRefunded));
  EXPECT_FALSE(CodeOf(kChannels, "Web").has_value());
}

TEST(CatalogueTest, OnePersonIsInAtMostSixteenCells) {
  // By hand: reach has a year, a quarter and three months, municipality a
  // year and a quarter; each for the institution and for the nation. And the
  // nation's coverage of the year and of the quarter, which has one figure.
  EXPECT_EQ(CellsPerPerson(), 16);
  EXPECT_EQ(FiguresPerPerson(), 14 * 4 + 2);
}

TEST(CatalogueTest, CoverageSaysNoMoreThanACountOfPersons) {
  // The account takes it for one: the visits of somebody at the cap weigh no
  // more in the noise of visits than a person does in that of persons.
  auto weight = [](const NoiseParameters& noise, int64_t shift) {
    return static_cast<double>(shift) * std::log(double{1} * noise.b / noise.a);
  };
  for (const auto level : {Period::Level::kYear, Period::Level::kQuarter}) {
    EXPECT_LE(weight(VisitsNoise(level), VisitCap(level)),
              weight(kPersonsNoise, 1));
  }
}

TEST(CatalogueTest, SharesOfPersonsTellAPointAtMost) {
  // answers.md, 7: one person in the noise of a year's visits, (1 - q) / (1 +
  // q) of total variation each, and the noise's ends.
  const double q = 105.0 / 106;
  EXPECT_NEAR(SharesOfPersonsGain(), 4 * (1 - q) / (1 + q) / 2, 0.0005);
  EXPECT_LT(SharesOfPersonsGain(), 0.01);
}

TEST(CatalogueTest, AdversarySuccessIsThatOfTheSpecification) {
  // answers.md, 7: 72 % at M = 16.
  EXPECT_NEAR(AdversarySuccess(16, kPersonsNoise), 0.72, 0.005);
  EXPECT_NEAR(AdversarySuccess(0, kPersonsNoise), 0.5, 1e-12);
  // One count: half the total variation more than a guess, and the ends.
  EXPECT_NEAR(AdversarySuccess(1, kPersonsNoise), 0.5 + 0.143 / 2, 0.002);
}

// The published figure against the adversary itself: noise drawn, the sum of
// the log likelihood ratios tested.
TEST(CatalogueTest, AdversarySuccessIsWhatAnAdversaryReaches) {
  std::mt19937_64 random(7);
  std::vector<double> weights;
  const int d = kPersonsNoise.d;
  for (int x = -d; x <= d; ++x) weights.push_back(std::pow(0.75, std::abs(x)));
  std::discrete_distribution<int> noise(weights.begin(), weights.end());
  constexpr int kTrials = 40'000;
  const int cells = CellsPerPerson();
  double right = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const int present = trial % 2;
    double for_presence = 0;
    for (int cell = 0; cell < cells; ++cell) {
      const int seen = present + noise(random) - d;
      auto log_weight = [&](int x) {
        return std::abs(x) > d ? -1e6 : std::abs(x) * std::log(0.75);
      };
      for_presence += log_weight(seen - 1) - log_weight(seen);
    }
    if (std::abs(for_presence) < 1e-9) {
      right += 0.5;
    } else {
      right += (for_presence > 0) == (present == 1);
    }
  }
  EXPECT_NEAR(right / kTrials, AdversarySuccess(cells, kPersonsNoise), 0.01);
}

}  // namespace
}  // namespace garderobe
