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
    const Element good = RandomElement();
    EXPECT_FALSE(Encrypt(scalar, good, element, &result));
    EXPECT_FALSE(Decrypt(scalar, element, good, &result));
    EXPECT_FALSE(DecryptOrNobody(scalar, element, good, &result));
    // The identity is a sum, and nobody's message; only a multiple of it is
    // refused. libsodium takes 32 zeros where it adds.
    if (element.is_zero()) continue;
    EXPECT_FALSE(Encrypt(scalar, element, good, &result));
    EXPECT_FALSE(Decrypt(scalar, good, element, &result));
    EXPECT_FALSE(DecryptOrNobody(scalar, good, element, &result));
    Ciphertext sum;
    EXPECT_FALSE(AddTo({element, good}, &sum));
    EXPECT_FALSE(AddTo({good, element}, &sum));
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

// The ciphertexts of version 2 are encrypted to several keys at once, which is
// a single key's ciphertext under the sum; core/conversion has the vectors of
// the way in between.
TEST(ElGamalTest, RelationMatchesTheProtocolVectors) {
  const json file = ReadVectors("protocol-v2.json");
  const json& relation = file["relation"];
  const EphemeralScalar r = Scalar(relation["r"]);
  EXPECT_EQ(MultiplyBase(r), Point(relation["A"]));
  const Element ingress = MultiplyBase(Scalar(relation["u"]));
  EXPECT_EQ(ingress, Point(relation["U"]));
  size_t kinds = 0;
  for (const json& entry : file["hash_to_group"]) {
    const std::string kind = entry["kind"];
    if (!relation["B"].contains(kind)) continue;
    SCOPED_TRACE(kind);
    const EphemeralScalar y = Scalar(relation["y"][kind]);
    const Element public_key = MultiplyBase(y);
    EXPECT_EQ(public_key, Point(relation["Y"][kind]));
    Element joint, point_b, token, expected;
    ASSERT_TRUE(Add(public_key, ingress, &joint));
    ASSERT_TRUE(Encrypt(r, Point(entry["M"]), joint, &point_b));
    EXPECT_EQ(point_b, Point(relation["B"][kind]));
    ASSERT_TRUE(Decrypt(y, Point(relation["A_prime"]),
                        Point(relation["B_prime"][kind]), &token));
    ASSERT_TRUE(Multiply(Scalar(relation["s"]), Point(entry["M"]), &expected));
    EXPECT_EQ(token, expected);
    ++kinds;
  }
  EXPECT_EQ(kinds, relation["B"].size());
}

TEST(ElGamalTest, PseudonymMatchesTheProtocolVectors) {
  const json file = ReadVectors("protocol-v2.json");
  const json& p = file["pseudonym"];
  const EphemeralScalar z = Scalar(p["z"]), r1 = Scalar(p["r1"]);
  const Element key = MultiplyBase(z), person = Point(p["P"]);
  EXPECT_EQ(key, Point(p["Z"]));
  const Ciphertext from_vault = EncryptWith(r1, person, key);
  EXPECT_EQ(from_vault.point_a, Point(p["from_vault"][0]));
  EXPECT_EQ(from_vault.point_b, Point(p["from_vault"][1]));
  Element opened;
  ASSERT_TRUE(Decrypt(z, from_vault.point_a, from_vault.point_b, &opened));
  EXPECT_EQ(opened, person);
  ASSERT_TRUE(
      Decrypt(z, Point(p["from_ttp"][0]), Point(p["from_ttp"][1]), &opened));
  EXPECT_EQ(opened, Point(p["pseudonym"]));
}

TEST(ElGamalTest, RotationMatchesTheProtocolVectors) {
  const json file = ReadVectors("protocol-v1.json");
  Element rotated;
  ASSERT_TRUE(Multiply(Scalar(file["rotation"]["d"]),
                       Point(file["relation"]["token"]["email"]), &rotated));
  EXPECT_EQ(rotated, Point(file["rotation"]["token_email_after"]));
}

TEST(ElGamalTest, OneMessageTwiceOpensToItAndNothingElseRepeats) {
  const TestScalar y = TestScalar::Random();
  const Element key = MultiplyBase(y);
  const Element message = HashToGroup("email", "a@example.org");
  const Ciphertext one = EncryptFresh(message, key);
  const Ciphertext two = EncryptFresh(message, key);
  EXPECT_NE(one.point_a, two.point_a);
  EXPECT_NE(one.point_b, two.point_b);
  for (const Ciphertext& each : {one, two}) {
    Element opened;
    ASSERT_TRUE(Decrypt(y, each.point_a, each.point_b, &opened));
    EXPECT_EQ(opened, message);
    // Another key opens it to something else.
    ASSERT_TRUE(
        Decrypt(TestScalar::Random(), each.point_a, each.point_b, &opened));
    EXPECT_NE(opened, message);
  }
}

TEST(ElGamalTest, NobodyIsOpenedOnlyByWhoAsksForIt) {
  const TestScalar z = TestScalar::Random();
  const Ciphertext nobody = EncryptFresh(Element(), MultiplyBase(z));
  Element opened;
  EXPECT_FALSE(Decrypt(z, nobody.point_a, nobody.point_b, &opened));
  ASSERT_TRUE(DecryptOrNobody(z, nobody.point_a, nobody.point_b, &opened));
  EXPECT_TRUE(opened.is_zero());
}

// By this the aggregator sees whether a round is whole.
TEST(ElGamalTest, ASumOpensToTheSumOfTheMessages) {
  const TestScalar z = TestScalar::Random();
  const Element key = MultiplyBase(z);
  Ciphertext sum;
  Element expected, opened;
  for (int i = 0; i < 5; ++i) {
    const Element message = RandomElement();
    ASSERT_TRUE(Add(expected, message, &expected));
    ASSERT_TRUE(AddTo(EncryptFresh(message, key), &sum));
  }
  ASSERT_TRUE(Decrypt(z, sum.point_a, sum.point_b, &opened));
  EXPECT_EQ(opened, expected);
  ASSERT_TRUE(AddTo(EncryptFresh(RandomElement(), key), &sum));
  ASSERT_TRUE(Decrypt(z, sum.point_a, sum.point_b, &opened));
  EXPECT_NE(opened, expected);
}

}  // namespace
}  // namespace garderobe
