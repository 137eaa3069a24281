// What the TTP converts for a right, and proves to have converted.
#include "core/proof/reference_proof.h"
#include "core/proof/row_proof.h"
#include "tests/support/vectors.h"
#include "ttp/converter_fixture.h"

namespace garderobe::ttp {
namespace {

class ConvertIdentityTest : public ConverterTest {
 protected:
  void SetUp() override {
    const EphemeralScalar r = EphemeralScalar::Random();
    Element b;
    ASSERT_TRUE(
        Encrypt(r, Hashed(Kind::kEmail, 0), joint_.kinds[kEmailAt], &b));
    identity_.set_kinds(BitOf(Kind::kEmail));
    identity_.set_point_a(AsString(MultiplyBase(r).bytes()));
    identity_.set_points_b(AsString(b.bytes()));
  }
  v1::SealedIdentity identity_;
};

TEST_F(ConvertIdentityTest, OpensToTheTokenOfTheRow) {
  const auto converted = converter_.ConvertIdentity("id", identity_, to_);
  ASSERT_THAT(converted, IsOk());
  const VaultRow& row = converted->row.value();
  EXPECT_EQ(OpenToken(others_.y[kEmailAt], row.point_a, row.points_b.at(0)),
            Times(keys_.to_vault, Hashed(Kind::kEmail, 0)));
  EXPECT_TRUE(row.handle.is_zero());
}

// As a client verifies it, with what the TTP publishes.
TEST_F(ConvertIdentityTest, IsProvenForTheRequestAndNoOther) {
  const auto converted = converter_.ConvertIdentity("id", identity_, to_);
  ASSERT_THAT(converted, IsOk());
  const VaultRow& row = converted->row.value();
  const ConversionCommitments commitments{
      Commit(keys_.to_vault, BlindingOf(keys_.commitment, "C_s")),
      Commit(keys_.stripping, BlindingOf(keys_.commitment, "C_v")),
      MultiplyBase(keys_.ingress)};
  const KindKeys kind_keys = {{kEmailAt, to_.vault[kEmailAt]}};
  const CiphertextRow input{Element::From(identity_.point_a()),
                            {{kEmailAt, Element::From(identity_.points_b())}}};
  const CiphertextRow output{row.point_a, {{kEmailAt, row.points_b.at(0)}}};
  const CiphertextRow other{row.point_a, {{kEmailAt, RandomElement()}}};
  EXPECT_THAT(VerifyRow({commitments, kind_keys, input, output, "id"},
                        converted->proof),
              IsOk());
  EXPECT_THAT(VerifyRow({commitments, kind_keys, input, output, "di"},
                        converted->proof),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(
      VerifyRow({commitments, kind_keys, input, other, "id"}, converted->proof),
      StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(ConverterTest, AHandleIsProvenToBeTheReferenceThatTheAggregatorKeeps) {
  const Handle handle = HandleOf(0);
  const Element& z = others_.aggregator.pseudonym_key;
  const auto converted = converter_.ConvertHandle("id", "museum-x", handle, z);
  ASSERT_THAT(converted, IsOk());
  const Ciphertext& reference = converted->reference.value();
  EXPECT_EQ(others_.Opened(reference),
            converter_.Address("museum-x", handle).reference);
  const Element commitment =
      Commit(keys_.relation, BlindingOf(keys_.commitment, "C_a"));
  const Element hashed = HashOfRelation("museum-x", handle);
  const Element elsewhere = HashOfRelation("museum-y", handle);
  EXPECT_THAT(VerifyReference({commitment, hashed, z, reference, "id"},
                              converted->proof),
              IsOk());
  EXPECT_THAT(VerifyReference({commitment, elsewhere, z, reference, "id"},
                              converted->proof),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

// A client that asks again has to be given the same bytes, so q and q2 are
// derived; what they make is in rows-v2.json.
class KnownRightTest : public ConverterTest {
 protected:
  template <typename Scalar>
  static Scalar ScalarIn(const nlohmann::json& hex) {
    return Scalar::Decode(AsBytes(Hex(hex))).value();
  }
  template <typename Secret>
  static Secret SecretIn(const nlohmann::json& hex) {
    const std::string bytes = Hex(hex);
    return Secret::CopyFrom(AsBytes(bytes));
  }
  static Element Point(const nlohmann::json& hex) {
    return Element::From(Hex(hex));
  }
  TtpKeys Keys() const {
    const nlohmann::json& scalars = file_["scalars"];
    TtpKeys keys = RandomTtpKeys();
    keys.ingress = ScalarIn<IngressScalar>(scalars["u"]);
    keys.to_vault = ScalarIn<VaultConversionScalar>(scalars["s"]);
    keys.stripping =
        ProductOf<VaultStrippingScalar>(keys.to_vault, keys.ingress);
    keys.relation = ScalarIn<RelationScalar>(scalars["a"]);
    keys.sigma = SecretIn<SigmaKey>(reference_["kr"]);
    keys.commitment =
        SecretIn<CommitmentSecret>(reference_["commitment_secret"]);
    return keys;
  }

  const nlohmann::json file_ = ReadVectors("rows-v2.json");
  const nlohmann::json& reference_ = file_["reference_proof"];
  const TtpKeys known_keys_ = Keys();
  const Converter known_{known_keys_, /*padding=*/0, workers_};
};

TEST_F(KnownRightTest, AReferenceIsTheKnownAnswer) {
  const Element z = Point(file_["keys"]["Z"]), hashed = Point(reference_["H"]),
                commitment = Point(reference_["C_a"]);
  const std::string id = Hex(reference_["request_id"]);
  const auto converted =
      known_.ConvertHandle(id, reference_["institution"].get<std::string>(),
                           Handle::From(Hex(reference_["handle"])), z);
  ASSERT_THAT(converted, IsOk());
  const Ciphertext& made = converted->reference.value();
  EXPECT_EQ(made.point_a, Point(reference_["reference"][0]));
  EXPECT_EQ(made.point_b, Point(reference_["reference"][1]));
  EXPECT_THAT(
      VerifyReference({commitment, hashed, z, made, id}, converted->proof),
      IsOk());
}

TEST_F(KnownRightTest, ARowIsTheKnownAnswer) {
  const nlohmann::json& known = file_["right_row"];
  ConversionKeys to;
  v1::SealedIdentity identity;
  identity.set_kinds(BitOf(Kind::kEmail) | BitOf(Kind::kPass));
  identity.set_point_a(Hex(known["A"]));
  for (const Kind kind : {Kind::kEmail, Kind::kPass}) {
    const std::string name(KindName(kind));
    to.vault[static_cast<size_t>(kind)] = Point(file_["keys"]["Y"][name]);
    identity.mutable_points_b()->append(Hex(known["B"][name]));
  }
  const auto converted =
      known_.ConvertIdentity(Hex(known["request_id"]), identity, to);
  ASSERT_THAT(converted, IsOk());
  const VaultRow& row = converted->row.value();
  EXPECT_EQ(row.point_a, Point(known["A_prime"]));
  ASSERT_EQ(row.points_b.size(), 2u);
  EXPECT_EQ(row.points_b[0], Point(known["B_prime"]["email"]));
  EXPECT_EQ(row.points_b[1], Point(known["B_prime"]["pass"]));
}

TEST_F(ConvertIdentityTest, WhatIsMalformedOrEmptyIsRefused) {
  const v1::SealedIdentity good = identity_;
  auto expect_refused = [&](const char* why) {
    EXPECT_THAT(converter_.ConvertIdentity("id", identity_, to_),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << why;
    identity_ = good;
  };
  identity_.set_kinds(0);
  identity_.clear_points_b();
  expect_refused("no identifier");
  identity_.set_kinds(BitOf(Kind::kAddress));
  expect_refused("a kind without a slot");
  identity_.mutable_points_b()->append(32, '\1');
  expect_refused("a point too many");
  identity_.mutable_point_a()->pop_back();
  expect_refused("a point cut short");
  identity_.set_point_a(std::string(32, '\0'));
  expect_refused("the identity as A");
  identity_.set_points_b(std::string(32, '\xff'));
  expect_refused("a point that does not decode");
}

}  // namespace
}  // namespace garderobe::ttp
