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

}  // namespace
}  // namespace garderobe
