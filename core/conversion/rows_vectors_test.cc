// Rows that are not like others, against what libsodium and Python's hashlib
// made of docs/protocol.md, 3 (tests/vectors/rows_v2.py): one without an
// address, and one whose token is the identity.
#include <optional>
#include <set>

#include "core/conversion/convert.h"
#include "core/conversion/open.h"
#include "core/conversion/vector_points.h"
#include "core/group/hash_to_group.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

using nlohmann::json;

WipedScalar WipedOf(const json& hex) {
  return WipedScalar::CopyOf(
      EphemeralScalar::FixedForTesting(AsBytes(Hex(hex))));
}
class RowVectorsTest : public ::testing::Test {
 protected:
  RowVectorsTest() {
    keys_.vault[kEmailAt] = Point(file_["keys"]["Y"]["email"]);
    keys_.vault[kPassAt] = Point(file_["keys"]["Y"]["pass"]);
    keys_.aggregator = Point(file_["keys"]["Z"]);
    keys_.home = Sum(Point(file_["keys"]["Y_home"]), keys_.aggregator);
  }
  const json& known(const char* name) const { return file_[name]; }
  ConversionScalars conversion() const { return {s_, v_, h_, hu_, a_}; }
  static ClientRow RowOf(const json& known) {
    ClientRow row;
    row.kinds = 1 << kEmailAt | 1 << kPassAt;
    row.point_a = Point(known["row"]["A"]);
    row.points_b = {Point(known["row"]["B"]["email"]),
                    Point(known["row"]["B"]["pass"])};
    row.point_home = Point(known["row"]["D"]);
    return row;
  }
  static Ciphertext HomeOf(const json& known) {
    return {Point(known["to_vault"]["A_h"]), Point(known["to_vault"]["D_h"])};
  }
  std::optional<ConvertedRow> Convert(const json& known) const {
    return Rerandomiser::ConvertRow(conversion(), keys_, "museum-01",
                                    RowOf(known), VaultHandle());
  }

  const json file_ = ReadVectors("rows-v2.json");
  const json& scalars_ = file_["scalars"];
  const IngressScalar u_ = ScalarOf<IngressScalar>(scalars_["u"]);
  const VaultConversionScalar s_ =
      ScalarOf<VaultConversionScalar>(scalars_["s"]);
  const VaultStrippingScalar v_ = ProductOf<VaultStrippingScalar>(s_, u_);
  const HomeConversionScalar h_ = ScalarOf<HomeConversionScalar>(scalars_["h"]);
  const HomeStrippingScalar hu_ = ProductOf<HomeStrippingScalar>(h_, u_);
  const RelationScalar a_ = ScalarOf<RelationScalar>(scalars_["a"]);
  const AggregatorConversionScalar t_ =
      ScalarOf<AggregatorConversionScalar>(scalars_["t"]);
  const DecryptionScalar y_email_ =
      ScalarOf<DecryptionScalar>(scalars_["y"]["email"]);
  const DecryptionScalar y_pass_ =
      ScalarOf<DecryptionScalar>(scalars_["y"]["pass"]);
  const HomeDecryptionScalar y_home_ =
      ScalarOf<HomeDecryptionScalar>(scalars_["y_home"]);
  const HouseholdScalar w_ = ScalarOf<HouseholdScalar>(scalars_["w"]);
  const HouseholdStrippingScalar wy_ =
      ProductOf<HouseholdStrippingScalar>(w_, y_home_);
  const PseudonymScalar z_ = ScalarOf<PseudonymScalar>(scalars_["z"]);
  ConversionKeys keys_;
};

// What is the same for every row.
class EachRowTest : public RowVectorsTest,
                    public ::testing::WithParamInterface<const char*> {};

TEST_P(EachRowTest, TheTtpConvertsIdentifiersByteForByte) {
  const json& of = known(GetParam());
  const auto converted = Rerandomiser::ConvertIdentity(
      conversion(), keys_, RowOf(of), WipedOf(of["q"]));
  ASSERT_TRUE(converted.has_value());
  const json& sent = of["to_vault"];
  EXPECT_EQ(converted->value().point_a, Point(sent["A_prime"]));
  ASSERT_EQ(converted->value().points_b.size(), 2u);
  EXPECT_EQ(converted->value().points_b[0], Point(sent["B_prime"]["email"]));
  EXPECT_EQ(converted->value().points_b[1], Point(sent["B_prime"]["pass"]));
}

// A whole row gets a q and a q' that are drawn. It says which, so with each
// side blinded by the other's as well the two are the same.
TEST_P(EachRowTest, TheTtpConvertsTheWholeRow) {
  const json& of = known(GetParam());
  const auto converted = Convert(of);
  ASSERT_TRUE(converted.has_value());
  const VaultRow& row = converted->row.value();
  const WipedScalar q = WipedOf(of["q"]), q_home = WipedOf(of["q_home"]);
  const auto expect_same = [](const Element& made, const WipedScalar& known_q,
                              const Element& known, const WipedScalar& made_q,
                              const Element& key) {
    EXPECT_NE(made, known);
    EXPECT_EQ(Sum(made, Times(known_q, key)), Sum(known, Times(made_q, key)));
  };
  const json& sent = of["to_vault"];
  expect_same(row.point_a, q, Point(sent["A_prime"]), converted->q,
              BasePoint());
  ASSERT_EQ(row.points_b.size(), 2u);
  expect_same(row.points_b[0], q, Point(sent["B_prime"]["email"]), converted->q,
              keys_.vault[kEmailAt]);
  expect_same(row.points_b[1], q, Point(sent["B_prime"]["pass"]), converted->q,
              keys_.vault[kPassAt]);
  expect_same(row.home.point_a, q_home, HomeOf(of).point_a, converted->q_home,
              BasePoint());
  expect_same(row.home.point_b, q_home, HomeOf(of).point_b, converted->q_home,
              keys_.home);
}

TEST_P(EachRowTest, TheVaultRaisesTheHomeByteForByte) {
  const json& of = known(GetParam());
  const auto raised =
      RaiseHome({w_, wy_}, HomeOf(of), WipedOf(of["r2"]), keys_.aggregator);
  ASSERT_TRUE(raised.has_value());
  EXPECT_EQ(raised->point_a, Point(of["at_vault"]["household"][0]));
  EXPECT_EQ(raised->point_b, Point(of["at_vault"]["household"][1]));
}

TEST_P(EachRowTest, TheAggregatorOpensTheHousehold) {
  const json& of = known(GetParam());
  const json& answer = of["at_vault"]["household"];
  const json& sent = of["at_aggregator"]["from_ttp"];
  const auto row = Convert(of);
  ASSERT_TRUE(row.has_value());
  const auto raised = RaiseHome({w_, wy_}, row->row.value().home,
                                EphemeralScalar::Random(), keys_.aggregator);
  ASSERT_TRUE(raised.has_value());
  const auto whole = Rerandomiser::ConvertAnswer(t_, *raised, keys_.aggregator);
  const auto last = Rerandomiser::ConvertAnswer(
      t_, {Point(answer[0]), Point(answer[1])}, keys_.aggregator);
  ASSERT_TRUE(whole && last);
  // All steps from here, the last one from here, and none of them.
  for (const Ciphertext& household :
       {whole->value(), last->value(),
        Ciphertext{Point(sent[0]), Point(sent[1])}}) {
    Element opened;
    ASSERT_TRUE(
        DecryptOrNobody(z_, household.point_a, household.point_b, &opened));
    EXPECT_EQ(opened, Point(of["at_aggregator"]["household"]));
  }
}

TEST_P(EachRowTest, AnOrdinaryIdentifierBesideItOpensAsAlways) {
  const json& of = known(GetParam());
  const auto converted = Convert(of);
  ASSERT_TRUE(converted.has_value());
  const Element token = Point(of["at_vault"]["opened"]["pass"]);
  EXPECT_EQ(
      token,
      Times(s_, HashToGroup("pass", of["values"]["pass"].get<std::string>())));
  const VaultRow& row = converted->row.value();
  EXPECT_EQ(OpenToken(y_pass_, row.point_a, row.points_b.at(1)), token);
  EXPECT_EQ(OpenToken(y_pass_, Point(of["to_vault"]["A_prime"]),
                      Point(of["to_vault"]["B_prime"]["pass"])),
            token);
}

INSTANTIATE_TEST_SUITE_P(Rows, EachRowTest,
                         ::testing::Values("without_address",
                                           "token_is_the_identity"));

TEST_F(RowVectorsTest, WithoutAnAddressTheHouseholdIsAPointThatNobodyShares) {
  const json& of = known("without_address");
  EXPECT_FALSE(Point(of["at_aggregator"]["household"]).is_zero());
  EXPECT_EQ(OpenToken(y_email_, Point(of["to_vault"]["A_prime"]),
                      Point(of["to_vault"]["B_prime"]["email"])),
            Point(of["at_vault"]["opened"]["email"]));
  EXPECT_EQ(Point(of["at_vault"]["opened"]["email"]),
            Times(s_, HashToGroup("email",
                                  of["values"]["email"].get<std::string>())));
}

// The vault answers such a row like any other: a refusal would tell its sender
// that a guess was right.
TEST_F(RowVectorsTest, TheIdentityBecomesATokenThatNobodyShares) {
  const json& of = known("token_is_the_identity");
  ASSERT_TRUE(Point(of["at_vault"]["opened"]["email"]).is_zero());
  const auto converted = Convert(of);
  ASSERT_TRUE(converted.has_value());
  const VaultRow& made = converted->row.value();
  const std::vector<Ciphertext> sent = {
      {made.point_a, made.points_b.at(0)},
      {Point(of["to_vault"]["A_prime"]),
       Point(of["to_vault"]["B_prime"]["email"])}};
  std::set<Element> tokens;
  for (const Ciphertext& row : sent) {
    Element opened;
    ASSERT_TRUE(DecryptOrNobody(y_email_, row.point_a, row.point_b, &opened));
    EXPECT_TRUE(opened.is_zero());
    for (int i = 0; i < 2; ++i) {
      const auto token = OpenToken(y_email_, row.point_a, row.point_b);
      ASSERT_TRUE(token.has_value());
      EXPECT_THAT(DecodeElement(token->bytes()), IsOk());
      tokens.insert(*token);
    }
  }
  EXPECT_EQ(tokens.size(), 4u);
  // The home was made in the same way, and is nobody's.
  EXPECT_TRUE(Point(of["at_aggregator"]["household"]).is_zero());
}

}  // namespace
}  // namespace garderobe
