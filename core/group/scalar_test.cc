#include "core/group/scalar.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

// L, and L - 1.
constexpr char kOrder[] =
    "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
constexpr char kOrderMinusOne[] =
    "ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

PublicScalar Small(uint8_t value) {
  PublicScalar scalar;
  scalar.mutable_data()[0] = value;
  return scalar;
}
WipedScalar Wiped(const PublicScalar& scalar) {
  uint8_t wide[64] = {0};
  std::memcpy(wide, scalar.data(), 32);
  return WipedScalar::Reduce(wide);
}
PublicScalar Shown(const WipedScalar& scalar) {
  return PublicScalar::From(ByteSpan(scalar.ExposeSecret(), 32));
}

TEST(PublicScalarTest, ZeroAndTheLargestAreReadUnreducedOnesRefused) {
  EXPECT_THAT(DecodePublicScalar(AsBytes(std::string(32, '\0'))), IsOk());
  EXPECT_THAT(DecodePublicScalar(AsBytes(Hex(kOrderMinusOne))), IsOk());
  for (const std::string& refused :
       {Hex(kOrder), std::string(32, '\xff'), std::string(31, '\0'),
        std::string(33, '\0'), std::string()}) {
    EXPECT_THAT(DecodePublicScalar(AsBytes(refused)),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(WipedScalarTest, SumsAndProductsAreModuloTheOrder) {
  const WipedScalar largest =
      Wiped(*DecodePublicScalar(AsBytes(Hex(kOrderMinusOne))));
  EXPECT_EQ(Shown(AddScalars(largest, Wiped(Small(3)))), Small(2));
  EXPECT_EQ(Shown(MultiplyScalars(largest, largest)), Small(1));
  EXPECT_EQ(Shown(MultiplyScalars(Small(6), Wiped(Small(7)))), Small(42));
  EXPECT_EQ(Shown(AddScalars(largest, Wiped(Small(1)))), PublicScalar());
}

TEST(WipedScalarTest, ProductMatchesTheProtocolVectors) {
  const nlohmann::json relation = ReadVectors("protocol-v2.json")["relation"];
  const auto scalar = [&](const char* name) {
    return Wiped(PublicScalar::From(Hex(relation[name])));
  };
  EXPECT_EQ(Shown(MultiplyScalars(scalar("s"), scalar("u"))),
            PublicScalar::From(Hex(relation["v"])));
}

TEST(MultiplyOrIdentityTest, ZeroAndTheIdentityGiveTheIdentity) {
  const Element element = RandomElement();
  Element result = element;
  EXPECT_TRUE(MultiplyOrIdentity(PublicScalar(), element, &result));
  EXPECT_TRUE(result.is_zero());
  result = element;
  EXPECT_TRUE(MultiplyOrIdentity(PublicScalar(), BasePoint(), &result));
  EXPECT_TRUE(result.is_zero());
  result = element;
  EXPECT_TRUE(MultiplyOrIdentity(Small(5), Element(), &result));
  EXPECT_TRUE(result.is_zero());
  result = element;
  EXPECT_TRUE(MultiplyOrIdentity(WipedScalar(), element, &result));
  EXPECT_TRUE(result.is_zero());
}

TEST(MultiplyOrIdentityTest, IsRepeatedAddition) {
  for (const Element& element : {RandomElement(), BasePoint()}) {
    Element product, sum;
    EXPECT_TRUE(MultiplyOrIdentity(Small(3), element, &product));
    EXPECT_TRUE(Add(element, element, &sum) && Add(sum, element, &sum));
    EXPECT_EQ(product, sum);
    Element negative;
    EXPECT_TRUE(Negate(element, &negative) && Add(element, negative, &sum));
    EXPECT_TRUE(sum.is_zero());
  }
}

TEST(MultiplyOrIdentityTest, InvalidEncodingsAreRefusedForZeroToo) {
  const nlohmann::json file = ReadVectors("protocol-v2.json");
  for (const nlohmann::json& entry : file["refused_elements"]) {
    const Element element = Element::From(Hex(entry["hex"]));
    if (element.is_zero()) continue;
    SCOPED_TRACE(entry["why"]);
    Element result;
    EXPECT_FALSE(MultiplyOrIdentity(PublicScalar(), element, &result));
    EXPECT_FALSE(MultiplyOrIdentity(Small(5), element, &result));
    EXPECT_FALSE(Negate(element, &result));
  }
}

}  // namespace
}  // namespace garderobe
