#include "client/identity.h"

#include "core/base/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

TEST(IdentityTest, UsableIdentifiersAndReasonsForTheRest) {
  OrderLine line;
  line.email = "Jan+x@Example.nl";
  line.phone = "06";
  line.postcode = "1234 ab";
  line.house_number = "12";
  line.birth_date = "1980-01-01";  // what forms fill in
  IdentityFindings findings;
  const Customer customer = IdentityReader({}).Read(
      line, Handle::From(std::string(16, 'h')), &findings);
  EXPECT_EQ(customer.identifiers[0], "jan@example.nl");
  EXPECT_EQ(customer.identifiers[3], "NL:1234AB:12:");
  EXPECT_EQ(customer.pc4, 1234);
  EXPECT_EQ(customer.birth_year, 0);
  EXPECT_EQ(findings.refused["PHONE_MALFORMED"], 1u);
}

TEST(IdentityTest, BirthDatesThatSayNothingAreToldWhy) {
  const IdentityReader reader({});
  IdentityFindings findings;
  for (const char* date :
       {"1899-12-31", "2999-05-05", "1990-01-01", "soon", "1990-02-03"}) {
    OrderLine line;
    line.birth_date = date;
    reader.Read(line, Handle(), &findings);
  }
  EXPECT_THAT(findings.refused,
              ::testing::UnorderedElementsAre(
                  ::testing::Pair("BIRTH_DATE_BEFORE_1900", 1),
                  ::testing::Pair("BIRTH_DATE_IN_FUTURE", 1),
                  ::testing::Pair("BIRTH_DATE_PLACEHOLDER", 1),
                  ::testing::Pair("BIRTH_DATE_UNREADABLE", 1)));
}

}  // namespace
}  // namespace garderobe::client
