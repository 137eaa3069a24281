#include "core/geography/geography.h"

#include "gtest/gtest.h"

namespace garderobe {
namespace {

TEST(GeographyTest, EveryPostcodeLiesInAKnownMunicipality) {
  EXPECT_EQ(Municipalities().size(), 342u);
  EXPECT_GT(Postcodes().size(), 4000u);
  for (const Postcode& p : Postcodes()) {
    ASSERT_GE(p.municipality, 0);
    EXPECT_EQ(MunicipalityOf(p.pc4), p.municipality);
  }
  EXPECT_EQ(Municipalities()[MunicipalityOf(1012)].name, "Amsterdam");
  EXPECT_EQ(MunicipalityOf(0), -1);
  EXPECT_EQ(MunicipalityOf(4000000000u), -1);
}

}  // namespace
}  // namespace garderobe
