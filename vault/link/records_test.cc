// What is stored never changes: records as bytes, and back.
#include "vault/link/records.h"

#include "gtest/gtest.h"

namespace garderobe::vault {
namespace {

Fingerprint Print(Kind kind, uint64_t rest) {
  return static_cast<uint64_t>(kind) << 56 | rest;
}

RelationRecord Relation() {
  RelationRecord record;
  record.handle_rest = "abcdefgh";
  record.group = 0x0102030405060708;
  record.as_of = 0x1112;
  record.latest = 0x1314;
  record.reference = std::string(kReferenceBytes, 'r');
  return record;
}

std::string Hex(const std::string& bytes) { return ToHex(AsBytes(bytes)); }

TEST(RecordsTest, ARelation) {
  RelationRecord record = Relation();
  record.kept_apart = record.objects = true;
  record.lodged = {ObjectionMark::From(std::string(32, 'a')),
                   ObjectionMark::From(std::string(32, 'b'))};
  record.tokens = {{Print(Kind::kEmail, 0x01), false},
                   {Print(Kind::kNamesAddress, 0x02030405060708), true}};
  const std::string bytes = Encode(record);
  std::string reference, marks;
  for (size_t i = 0; i < kReferenceBytes; ++i) reference += "72";
  for (size_t i = 0; i < 64; ++i) marks += i < 32 ? "61" : "62";
  EXPECT_EQ(Hex(bytes),
            "1d"                // flags
            "6162636465666768"  // of the handle
            "0102030405060708"  // group
            "11121314" +        // quarters
                reference +
                "0002" +  // objections that stand here, a mark each
                marks +
                "100001"  // kinds: 20 and 0
                "100000"  // set aside: 20
                "00000000000001"
                "02030405060708");
  RelationRecord read;
  ASSERT_TRUE(Decode(bytes, &read));
  EXPECT_TRUE(read.stored && read.kept_apart && read.objects);
  EXPECT_EQ(read.lodged, record.lodged);
  EXPECT_FALSE(read.contradictory);
  EXPECT_EQ(read.handle_rest, record.handle_rest);
  EXPECT_EQ(read.group, record.group);
  EXPECT_EQ(read.as_of, record.as_of);
  EXPECT_EQ(read.latest, record.latest);
  EXPECT_EQ(read.reference, record.reference);
  ASSERT_EQ(read.tokens.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(read.tokens[i].fingerprint, record.tokens[i].fingerprint);
    EXPECT_EQ(read.tokens[i].set_aside, record.tokens[i].set_aside);
  }
}

TEST(RecordsTest, ARelationThatShowsNothing) {
  RelationRecord read;
  ASSERT_TRUE(Decode(Encode(Relation()), &read));
  EXPECT_TRUE(read.stored);
  EXPECT_TRUE(read.tokens.empty());
}

TEST(RecordsTest, ATokenByWhoHoldsIt) {
  const TokenRecord held{2, {0x0a, 0x0b}};
  EXPECT_EQ(Hex(Encode(held)), "000000000000000a000000000000000b");
  TokenRecord read;
  ASSERT_TRUE(Decode(Encode(held), &read));
  EXPECT_EQ(read.count, 2u);
  EXPECT_EQ(read.relations, held.relations);
}

TEST(RecordsTest, ATokenThatIsSetAsideByHowManyHoldIt) {
  const TokenRecord crowd{61, {}};
  EXPECT_EQ(Hex(Encode(crowd)), "0000003d");
  TokenRecord read;
  ASSERT_TRUE(Decode(Encode(crowd), &read));
  EXPECT_EQ(read.count, 61u);
  EXPECT_TRUE(read.relations.empty());
}

TEST(RecordsTest, DamagedBytesAreNoRecord) {
  RelationRecord record = Relation();
  record.tokens = {{Print(Kind::kEmail, 1), true},
                   {Print(Kind::kAddress, 2), false}};
  const std::string relation = Encode(record);
  for (size_t size = 0; size < relation.size(); ++size) {
    RelationRecord read;
    EXPECT_FALSE(Decode(relation.substr(0, size), &read)) << size;
  }
  RelationRecord longer;
  EXPECT_FALSE(Decode(relation + "x", &longer));
  // A kind that there is not.
  std::string unknown = Encode(Relation());
  unknown[unknown.size() - 3] = '\x80';
  EXPECT_FALSE(Decode(unknown + "1234567", &longer));
  TokenRecord token;
  EXPECT_FALSE(Decode(std::string(12, 'x'), &token));
  EXPECT_FALSE(Decode("x", &token));
  EXPECT_FALSE(Decode("", &token));
}

}  // namespace
}  // namespace garderobe::vault
