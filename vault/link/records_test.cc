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
                + reference +
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

TEST(RecordsTest, AGroupWithItsPersons) {
  GroupRecord record;
  record.persons = {{NewPersonSeed(), {0x0a, 0x0b}}, {NewPersonSeed(), {0x0c}}};
  const std::string bytes = Encode(record);
  EXPECT_EQ(Hex(bytes), ToHex(AsBytes(record.persons[0].seed.view())) +
                            "00000002000000000000000a000000000000000b" +
                            ToHex(AsBytes(record.persons[1].seed.view())) +
                            "00000001000000000000000c");
  GroupRecord read;
  ASSERT_TRUE(Decode(bytes, &read));
  ASSERT_EQ(read.persons.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(read.persons[i].seed, record.persons[i].seed);
    EXPECT_EQ(read.persons[i].relations, record.persons[i].relations);
  }
  GroupRecord shorter;
  EXPECT_FALSE(Decode(bytes.substr(0, bytes.size() - 1), &shorter));
}

TEST(RecordsTest, AChange) {
  using Type = ChangeRecord::Type;
  const std::string reference(kReferenceBytes, 'r');
  std::string hex;
  for (size_t i = 0; i < kReferenceBytes; ++i) hex += "72";
  const std::vector<std::pair<ChangeRecord, std::string>> cases = {
      {{Type::kLink, 0x0a}, "4c000000000000000a00"},
      {{Type::kLink, 0x0a, {}, true}, "4c000000000000000a01"},
      {{Type::kNobody, 0x0b}, "4f000000000000000b00"},
      {{Type::kErase, 0x0c, reference}, "45000000000000000c00" + hex},
      {{Type::kWithdraw, 0x0d, reference}, "57000000000000000d00" + hex}};
  for (const auto& [record, expected] : cases) {
    SCOPED_TRACE(expected);
    const std::string bytes = Encode(record);
    EXPECT_EQ(Hex(bytes), expected);
    ChangeRecord read;
    ASSERT_TRUE(Decode(bytes, &read));
    EXPECT_EQ(read.type, record.type);
    EXPECT_EQ(read.relation, record.relation);
    EXPECT_EQ(read.reference, record.reference);
    EXPECT_EQ(read.again, record.again);
    EXPECT_FALSE(Decode(bytes.substr(0, bytes.size() - 1), &read));
    EXPECT_FALSE(Decode(bytes + "x", &read));
    // A type that there is not.
    EXPECT_FALSE(Decode("X" + bytes.substr(1), &read));
  }
}

TEST(RecordsTest, DamagedBytesAreNoRecord) {
  RelationRecord record = Relation();
  record.tokens = {{Print(Kind::kEmail, 1), true},
                   {Print(Kind::kPass, 2), false}};
  const std::string relation = Encode(record);
  for (size_t size = 0; size < relation.size(); ++size) {
    RelationRecord read;
    EXPECT_FALSE(Decode(relation.substr(0, size), &read)) << size;
  }
  RelationRecord longer;
  EXPECT_FALSE(Decode(relation + "x", &longer));
  // A kind that there is not, and those that have no slot here. The kinds are
  // the last three bytes of what shows nothing.
  for (const auto kind :
       {23, static_cast<int>(Kind::kLandline), static_cast<int>(Kind::kAddress),
        static_cast<int>(Kind::kPass)}) {
    std::string bytes = Encode(Relation());
    bytes[bytes.size() - 1 - static_cast<size_t>(kind) / 8] =
        static_cast<char>(1 << kind % 8);
    EXPECT_EQ(Decode(bytes + "1234567", &longer),
              kind == static_cast<int>(Kind::kPass))
        << kind;
  }
  TokenRecord token;
  EXPECT_FALSE(Decode(std::string(12, 'x'), &token));
  EXPECT_FALSE(Decode("x", &token));
  EXPECT_FALSE(Decode("", &token));
}

}  // namespace
}  // namespace garderobe::vault
