// What is stored never changes: records as bytes, and back.
#include "aggregator/ledger/records.h"

#include "gtest/gtest.h"

namespace garderobe::aggregator {
namespace {

std::string Hex(const std::string& bytes) { return ToHex(AsBytes(bytes)); }
std::string Filled(const char* hex, size_t bytes) {
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text += hex;
  return text;
}

Relation Known() {
  Relation relation;
  relation.person = 0x01020304;
  relation.household = 0x05060708;
  relation.delivered = 0x1112;
  relation.pc4 = 1234;
  relation.birth_year = 1980;
  relation.gender = 2;
  relation.newsletter = 1;
  relation.customer_since = 0x0601;
  relation.shown = kShownAddress | kShownPerson;
  relation.reference = Element::From(std::string(32, 'R'));
  relation.sigma = Sigma::From(std::string(32, 's'));
  relation.language = "nl";
  return relation;
}

TEST(TablesTest, ARelation) {
  const std::string bytes = Encode(Known());
  EXPECT_EQ(Hex(bytes),
            "01020304"  // person
            "05060708"  // household
            "1112"      // day of delivery
            "04d2"      // 1234
            "07bc"      // 1980
            "02"        // gender
            "01"        // newsletter
            "0601"      // customer since
            "03"        // shown
                + Filled("52", 32) + Filled("73", 32) + "00026e6c");  // nl
  Relation read;
  ASSERT_TRUE(Decode(bytes, &read));
  EXPECT_EQ(read.person, 0x01020304u);
  EXPECT_EQ(read.household, 0x05060708u);
  EXPECT_EQ(read.delivered, 0x1112u);
  EXPECT_EQ(read.pc4, 1234u);
  EXPECT_EQ(read.birth_year, 1980u);
  EXPECT_EQ(read.gender, 2u);
  EXPECT_EQ(read.newsletter, 1u);
  EXPECT_EQ(read.customer_since, 0x0601u);
  EXPECT_EQ(read.shown, kShownAddress | kShownPerson);
  EXPECT_EQ(read.reference, Known().reference);
  EXPECT_EQ(read.sigma, Known().sigma);
  EXPECT_EQ(read.language, "nl");
}

TEST(TablesTest, ARelationOfWhichNothingIsKnown) {
  Relation read = Known();
  ASSERT_TRUE(Decode(Encode(Relation()), &read));
  EXPECT_EQ(read.person, 0u);
  EXPECT_EQ(read.household, 0u);
  EXPECT_TRUE(read.language.empty());
}

TEST(TablesTest, APlaceOfARelation) {
  const RelationPlace place{0x0a0b0c0d,
                            AggregatorHandle::From("0123456789abcdef")};
  const std::string bytes = Encode(place);
  EXPECT_EQ(Hex(bytes), "0a0b0c0d30313233343536373839616263646566");
  RelationPlace read;
  ASSERT_TRUE(Decode(bytes, &read));
  EXPECT_EQ(read.institution, place.institution);
  EXPECT_EQ(read.handle, place.handle);
}

template <typename Record>
void EveryOtherLengthIsDamage(const std::string& bytes) {
  Record read;
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Decode(bytes.substr(0, size), &read)) << size;
  }
  EXPECT_FALSE(Decode(bytes + "x", &read));
}

TEST(TablesTest, RecordsOfAnotherLengthAreDamaged) {
  EveryOtherLengthIsDamage<Relation>(Encode(Known()));
  EveryOtherLengthIsDamage<RelationPlace>(
      Encode(RelationPlace{1, AggregatorHandle()}));
  EveryOtherLengthIsDamage<Event>(Encode(Event{"E1", "Swan Lake", 3, 77}));
}

// The length of the language is beyond the record.
TEST(TablesTest, ALengthThatLiesIsDamage) {
  std::string bytes = Encode(Known());
  bytes[bytes.size() - 3] = 3;
  Relation read;
  EXPECT_FALSE(Decode(bytes, &read));
}

}  // namespace
}  // namespace garderobe::aggregator
