#include "core/group/elgamal.h"
#include "core/group/hash_to_group.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

using TestScalar = SecretScalar<struct TestRole>;
using nlohmann::json;

Element Point(const json& hex) { return Element::From(Hex(hex)); }
EphemeralScalar Scalar(const json& hex) {
  return EphemeralScalar::FixedForTesting(AsBytes(Hex(hex)));
}

TEST(ElementTest, MultiplesOfTheGeneratorMatchRfc9496) {
  const json file = ReadVectors("rfc9496-ristretto255.json");
  const json& multiples = file["multiples_of_generator_0_to_15"];
  for (size_t i = 1; i < multiples.size(); ++i) {
    std::string scalar(32, '\0');
    scalar[0] = static_cast<char>(i);
    EXPECT_EQ(MultiplyBase(EphemeralScalar::FixedForTesting(AsBytes(scalar))),
              Point(multiples[i]))
        << i;
  }
  EXPECT_THAT(DecodeElement(AsBytes(Hex(multiples[0]))),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::HasSubstr("identity")));
}

TEST(ElementTest, InvalidEncodingsAreRefusedByEveryOperation) {
  const json file = ReadVectors("rfc9496-ristretto255.json");
  std::vector<std::string> invalid;
  for (const json& entry : file["invalid_encodings"]) {
    invalid.push_back(Hex(entry["encoding"]));
  }
  const json protocol = ReadVectors("protocol-v1.json");
  for (const json& entry : protocol["refused_elements"]) {
    invalid.push_back(Hex(entry["hex"]));
  }
  const TestScalar scalar = TestScalar::Random();
  for (const std::string& bytes : invalid) {
    SCOPED_TRACE(ToHex(AsBytes(bytes)));
    EXPECT_THAT(DecodeElement(AsBytes(bytes)),
                StatusIs(absl::StatusCode::kInvalidArgument));
    const Element element = Element::From(bytes);
    Element result;
    EXPECT_FALSE(Multiply(scalar, element, &result));
    Ciphertext shuffled;
    const Element good = RandomElement();
    EXPECT_FALSE(ShuffleFresh(scalar, {element, good}, good, &shuffled));
    EXPECT_FALSE(ShuffleFresh(scalar, {good, element}, good, &shuffled));
    EXPECT_FALSE(Decrypt(scalar, element, good, &result));
  }
  EXPECT_THAT(DecodeElement(AsBytes(std::string(31, '\1'))),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ElementTest, DerivationMatchesRfc9496) {
  const json file = ReadVectors("rfc9496-ristretto255.json");
  for (const json& entry : file["element_derivation"]) {
    const std::string uniform = Hex(entry["uniform_bytes"]);
    Element element;
    crypto_core_ristretto255_from_hash(element.mutable_data(),
                                       AsBytes(uniform).data());
    EXPECT_EQ(element, Point(entry["encoding"]));
  }
}

TEST(SecretScalarTest, RefusesZeroUnreducedAndWrongLength) {
  EXPECT_THAT(TestScalar::Decode(AsBytes(std::string(32, '\0'))),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(TestScalar::Decode(AsBytes(std::string(32, '\xff'))),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(TestScalar::Decode(AsBytes(std::string(31, '\1'))),
              StatusIs(absl::StatusCode::kInvalidArgument));
  std::string one(32, '\0');
  one[0] = 1;
  EXPECT_THAT(TestScalar::Decode(AsBytes(one)), IsOk());
}

TEST(HashToGroupTest, ExpandMessageMatchesRfc9380) {
  const json file = ReadVectors("rfc9380-expand-message-xmd-sha512.json");
  const std::string dst = file["dst"];
  for (const json& entry : file["cases"]) {
    const std::string expected = Hex(entry["uniform_bytes"]);
    std::vector<uint8_t> uniform(expected.size());
    ExpandMessageXmd(AsBytes(entry["msg"].get<std::string>()), dst, uniform);
    EXPECT_EQ(AsString(uniform), expected);
  }
}

TEST(HashToGroupTest, MatchesTheProtocolVectors) {
  const json file = ReadVectors("protocol-v1.json");
  for (const json& entry : file["hash_to_group"]) {
    uint8_t uniform[64];
    ExpandMessageXmd(AsBytes(entry["value"].get<std::string>()),
                     entry["dst"].get<std::string>(), uniform);
    EXPECT_EQ(AsString(uniform), Hex(entry["uniform_bytes"]));
    EXPECT_EQ(HashToGroup(entry["kind"].get<std::string>(),
                          entry["value"].get<std::string>()),
              Point(entry["M"]));
  }
}

TEST(ElGamalTest, RelationMatchesTheProtocolVectors) {
  const json file = ReadVectors("protocol-v1.json");
  const json& relation = file["relation"];
  const EphemeralScalar r = Scalar(relation["r"]), s = Scalar(relation["s"]),
                        q = Scalar(relation["q"]);
  const Element point_a = MultiplyBase(r);
  EXPECT_EQ(point_a, Point(relation["A"]));
  EXPECT_EQ(MultiplyBase(s), Point(relation["S"]));
  Element shuffled_a;
  ASSERT_TRUE(ShuffleA(s, q, point_a, &shuffled_a));
  EXPECT_EQ(shuffled_a, Point(relation["A_prime"]));
  for (const json& entry : file["hash_to_group"]) {
    const std::string kind = entry["kind"];
    SCOPED_TRACE(kind);
    const EphemeralScalar y = Scalar(relation["y"][kind]);
    const Element public_key = MultiplyBase(y);
    EXPECT_EQ(public_key, Point(relation["Y"][kind]));
    Element point_b, shuffled_b, token;
    ASSERT_TRUE(Encrypt(r, Point(entry["M"]), public_key, &point_b));
    EXPECT_EQ(point_b, Point(relation["B"][kind]));
    ASSERT_TRUE(ShuffleB(s, q, point_b, public_key, &shuffled_b));
    EXPECT_EQ(shuffled_b, Point(relation["B_prime"][kind]));
    ASSERT_TRUE(Decrypt(y, shuffled_a, shuffled_b, &token));
    EXPECT_EQ(token, Point(relation["token"][kind]));
  }
}

TEST(ElGamalTest, PseudonymMatchesTheProtocolVectors) {
  const json file = ReadVectors("protocol-v1.json");
  const json& p = file["pseudonym"];
  const EphemeralScalar z = Scalar(p["z"]), t = Scalar(p["t"]),
                        r1 = Scalar(p["r1"]), q1 = Scalar(p["q1"]);
  const Element key = MultiplyBase(z);
  EXPECT_EQ(key, Point(p["Z"]));
  Ciphertext from_vault{MultiplyBase(r1), {}}, from_ttp;
  ASSERT_TRUE(Encrypt(r1, Point(p["P"]), key, &from_vault.point_b));
  EXPECT_EQ(from_vault.point_a, Point(p["from_vault"][0]));
  EXPECT_EQ(from_vault.point_b, Point(p["from_vault"][1]));
  ASSERT_TRUE(ShuffleA(t, q1, from_vault.point_a, &from_ttp.point_a));
  ASSERT_TRUE(ShuffleB(t, q1, from_vault.point_b, key, &from_ttp.point_b));
  EXPECT_EQ(from_ttp.point_a, Point(p["from_ttp"][0]));
  EXPECT_EQ(from_ttp.point_b, Point(p["from_ttp"][1]));
  Element pseudonym;
  ASSERT_TRUE(Decrypt(z, from_ttp.point_a, from_ttp.point_b, &pseudonym));
  EXPECT_EQ(pseudonym, Point(p["pseudonym"]));
}

TEST(ElGamalTest, RotationMatchesTheProtocolVectors) {
  const json file = ReadVectors("protocol-v1.json");
  Element rotated;
  ASSERT_TRUE(Multiply(Scalar(file["rotation"]["d"]),
                       Point(file["relation"]["token"]["email"]), &rotated));
  EXPECT_EQ(rotated, Point(file["rotation"]["token_email_after"]));
}

TEST(ElGamalTest, EqualIdentifiersMeetInOneTokenAndNothingElseRepeats) {
  const TestScalar s = TestScalar::Random(), y = TestScalar::Random();
  const Element key = MultiplyBase(y);
  const Element message = HashToGroup("email", "a@example.org");
  const Ciphertext one = EncryptFresh(message, key);
  const Ciphertext two = EncryptFresh(message, key);
  EXPECT_NE(one.point_b, two.point_b);
  Ciphertext shuffled_one, shuffled_again, shuffled_two;
  ASSERT_TRUE(ShuffleFresh(s, one, key, &shuffled_one));
  ASSERT_TRUE(ShuffleFresh(s, one, key, &shuffled_again));
  ASSERT_TRUE(ShuffleFresh(s, two, key, &shuffled_two));
  // Without the rerandomisation a sender would recognise its row by r*S.
  EXPECT_NE(shuffled_one.point_a, shuffled_again.point_a);
  Element token_one, token_two, expected;
  ASSERT_TRUE(
      Decrypt(y, shuffled_one.point_a, shuffled_one.point_b, &token_one));
  ASSERT_TRUE(
      Decrypt(y, shuffled_two.point_a, shuffled_two.point_b, &token_two));
  ASSERT_TRUE(Multiply(s, message, &expected));
  EXPECT_EQ(token_one, token_two);
  EXPECT_EQ(token_one, expected);
}

}  // namespace
}  // namespace garderobe
