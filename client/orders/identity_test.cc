#include "client/orders/identity.h"

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

TEST(RawDigesterTest, ChangesWithEveryFieldThatSaysWho) {
  const auto key = InstitutionHandleKey::Random();
  const RawDigester digester(key, {});
  OrderLine line;
  line.email = "a@example.nl";
  line.house_number = "1";
  line.house_number_addition = "2";
  const uint64_t before = digester.Digest(line);
  EXPECT_EQ(RawDigester(key, {}).Digest(line), before);
  // An e-mail that is none with another list of own domains is news.
  EXPECT_NE(RawDigester(key, {"example.nl"}).Digest(line), before);
  EXPECT_NE(RawDigester(InstitutionHandleKey::Random(), {}).Digest(line),
            before);
  // What does not say who somebody is changes nothing.
  line.event_id = "E";
  EXPECT_EQ(digester.Digest(line), before);
  // Fields do not run into each other.
  line.house_number = "12";
  line.house_number_addition = "";
  EXPECT_NE(digester.Digest(line), before);
  line.house_number = "1";
  line.house_number_addition = "2";
  line.birth_date = "1980-02-03";
  EXPECT_NE(digester.Digest(line), before);
}

}  // namespace
}  // namespace garderobe::client
