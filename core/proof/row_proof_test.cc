#include "core/proof/row_proof.h"

#include <chrono>
#include <functional>

#include "core/proof/proof_fixture.h"
#include "core/proof/schnorr.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using absl::StatusCode;
using nlohmann::json;

// Statements hold references; this holds what they refer to.
struct Row {
  KnownConversion conversion;
  CiphertextRow input;
  CiphertextRow output;
  std::string context = "serial 7, epoch 3, request";

  RowStatement Statement() const {
    return {.commitments = conversion.commitments,
            .keys = conversion.keys,
            .input = input,
            .output = output,
            .context = context};
  }
};

// The row and the scalars of protocol-v2.json.
class RowProofVectorsTest : public ::testing::Test {
 protected:
  RowProofVectorsTest() {
    const json& kinds = proofs_["kinds"];
    row_.input.point_a = PointOf(relation_["A"]);
    row_.output.point_a = PointOf(relation_["A_prime"]);
    for (const auto& [name, number] : kinds.items()) {
      row_.conversion.keys[number] = PointOf(relation_["Y"][name]);
      names_[number] = name;
    }
    for (const auto& [number, name] : names_) {
      row_.input.points_b.push_back({number, PointOf(relation_["B"][name])});
      row_.output.points_b.push_back(
          {number, PointOf(relation_["B_prime"][name])});
    }
  }
  std::vector<WipedScalar> Witnesses() const {
    return ScalarsOf({relation_["s"], relation_["v"], relation_["q"],
                      known_["rho_s"], known_["rho_v"]});
  }

  const json vectors_ = ReadVectors("protocol-v2.json");
  const json proofs_ = ReadVectors("proof-v2.json");
  const json& relation_ = vectors_["relation"];
  const json& known_ = vectors_["one_row_equations"];
  std::map<uint32_t, std::string> names_;
  Row row_{KnownConversion::From(
               ScalarOf(relation_["u"]),
               {ScalarOf(relation_["s"]), ScalarOf(relation_["v"]),
                ScalarOf(known_["rho_s"]), ScalarOf(known_["rho_v"])}),
           {},
           {}};
};

TEST_F(RowProofVectorsTest, CommitmentsMatch) {
  EXPECT_EQ(CommitmentBase(), PointOf(known_["K"]));
  EXPECT_EQ(row_.conversion.commitments.ingress_key, PointOf(relation_["U"]));
  EXPECT_EQ(row_.conversion.commitments.scalar_s, PointOf(known_["C_s"]));
  EXPECT_EQ(row_.conversion.commitments.scalar_v, PointOf(known_["C_v"]));
  const auto rho = BlindingScalar::Decode(AsBytes(Hex(known_["rho_s"])));
  ASSERT_THAT(rho, IsOk());
  EXPECT_EQ(Commit(ScalarOf(relation_["s"]), *rho), PointOf(known_["C_s"]));
}

TEST_F(RowProofVectorsTest, EquationsMatchWithTheGivenChallenge) {
  const auto linear = RowEquationsForTesting(row_.Statement());
  ASSERT_THAT(linear, IsOk());
  std::vector<Element> expected = {
      PointOf(known_["T_C_s"]), PointOf(known_["T_C_v"]),
      PointOf(known_["T_C_v_U"]), PointOf(known_["T_A"])};
  for (const auto& [number, name] : names_) {
    expected.push_back(PointOf(known_["T_B"][name]));
  }
  const std::vector<WipedScalar> nonces = ScalarsOf(known_["w"]);
  EXPECT_EQ(*NoncePointsForTesting(*linear, nonces), expected);

  const PublicScalar challenge = PublicScalar::From(Hex(known_["challenge"]));
  const std::vector<WipedScalar> witnesses = Witnesses();
  std::vector<PublicScalar> responses;
  for (size_t i = 0; i < witnesses.size(); ++i) {
    responses.push_back(Respond(nonces[i], challenge, witnesses[i]));
    EXPECT_EQ(ToHex(responses.back().bytes()), known_["z"][i]) << i;
  }
  EXPECT_EQ(*RecomputedPointsForTesting(*linear, challenge, responses),
            expected);
}

TEST_F(RowProofVectorsTest, ProofMatchesTheKnownAnswer) {
  const json& known = proofs_["row_proof"];
  row_.context = known["context"];
  const auto linear = RowEquationsForTesting(row_.Statement());
  ASSERT_THAT(linear, IsOk());
  const auto proof = ProveLinearWithNoncesForTesting(*linear, Witnesses(),
                                                     ScalarsOf(known_["w"]));
  ASSERT_THAT(proof, IsOk());
  EXPECT_EQ(ToHex(AsBytes(*proof)), known["proof"]);
  EXPECT_EQ(proof->size(), kRowProofBytes);
  EXPECT_THAT(VerifyRow(row_.Statement(), *proof), IsOk());
}

// v is not s*u, and everything else is consistent with that v.
TEST_F(RowProofVectorsTest, ScalarThatIsNotTheProductIsRefused) {
  const json& wrong = known_["must_fail"];
  KnownConversion& conversion = row_.conversion;
  conversion.secrets.v = ScalarOf(wrong["v"]);
  conversion.commitments.scalar_v = PointOf(wrong["C_v"]);
  ASSERT_EQ(CommitWiped(conversion.secrets.v, conversion.secrets.rho_v),
            conversion.commitments.scalar_v);
  const WipedScalar q = ScalarOf(relation_["q"]);
  row_.output = conversion.Convert(row_.input, q);
  const auto proof = ProveRow(row_.Statement(), conversion.secrets, q);
  ASSERT_THAT(proof, IsOk());
  EXPECT_THAT(VerifyRow(row_.Statement(), *proof),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(RowProofVectorsTest, HomeSlotMatchesTheKnownAnswer) {
  const json& known = proofs_["home_proof"];
  const json& household = vectors_["household"];
  WipedScalar h = ScalarOf(household["h"]);
  WipedScalar hu = MultiplyScalars(h, ScalarOf(relation_["u"]));
  const KnownConversion home = KnownConversion::From(
      ScalarOf(relation_["u"]),
      {std::move(h), std::move(hu), ScalarOf(known["rho_h"]),
       ScalarOf(known["rho_hu"])});
  EXPECT_EQ(home.commitments.scalar_s, PointOf(known["C_h"]));
  EXPECT_EQ(home.commitments.scalar_v, PointOf(known["C_hu"]));
  const Element home_key = PointOf(household["Y_home"]),
                aggregator_key = PointOf(vectors_["pseudonym"]["Z"]);
  const Ciphertext input = {PointOf(relation_["A"]), PointOf(household["D"])};
  const Ciphertext output = {PointOf(household["to_vault"][0]),
                             PointOf(household["to_vault"][1])};
  const std::string context = known["context"];
  const HomeStatement statement = {.commitments = home.commitments,
                                   .home_key = home_key,
                                   .aggregator_key = aggregator_key,
                                   .input = input,
                                   .output = output,
                                   .context = context};
  const auto linear = HomeEquationsForTesting(statement);
  ASSERT_THAT(linear, IsOk());
  const std::vector<WipedScalar> witnesses = [&] {
    std::vector<WipedScalar> list;
    ConversionSecrets copy = CopyOf(home.secrets);
    list.push_back(std::move(copy.s));
    list.push_back(std::move(copy.v));
    list.push_back(ScalarOf(household["q_h"]));
    list.push_back(std::move(copy.rho_s));
    list.push_back(std::move(copy.rho_v));
    return list;
  }();
  EXPECT_EQ(ToHex(AsBytes(*ProveLinearWithNoncesForTesting(
                *linear, witnesses, ScalarsOf(known_["w"])))),
            known["proof"]);

  const auto proof =
      ProveHome(statement, home.secrets, ScalarOf(household["q_h"]));
  ASSERT_THAT(proof, IsOk());
  EXPECT_THAT(VerifyHome(statement, *proof), IsOk());
}

class RowProofTest : public ::testing::Test {
 protected:
  RowProofTest() {
    row_.input = row_.conversion.Encrypt({0, 1, 2});
    row_.output = row_.conversion.Convert(row_.input, q_);
    proof_ = Prove(row_);
  }
  // With the secrets and q of the honest row, whatever the statement.
  std::string Prove(const Row& row) {
    auto proof = ProveRow(row.Statement(), row_.conversion.secrets, q_);
    GARDEROBE_CHECK(proof.ok());
    return *std::move(proof);
  }
  Row Copy() const {
    Row copy{KnownConversion::Random(0), row_.input, row_.output, row_.context};
    copy.conversion.commitments = row_.conversion.commitments;
    copy.conversion.keys = row_.conversion.keys;
    return copy;
  }

  const WipedScalar q_ = RandomScalar();
  Row row_{KnownConversion::Random(4), {}, {}};
  std::string proof_;
};

TEST_F(RowProofTest, HonestProofHolds) {
  EXPECT_EQ(proof_.size(), 192u);
  EXPECT_THAT(VerifyRow(row_.Statement(), proof_), IsOk());
  // Without kinds, and with one whose points are the identity.
  row_.input = row_.conversion.Encrypt({});
  row_.output = row_.conversion.Convert(row_.input, q_);
  EXPECT_THAT(VerifyRow(row_.Statement(), Prove(row_)), IsOk());
  row_.input.points_b = {{3, Element()}};
  row_.output = row_.conversion.Convert(row_.input, q_);
  EXPECT_THAT(VerifyRow(row_.Statement(), Prove(row_)), IsOk());
}

// Each alteration is tried twice: under the honest proof, where the challenge
// differs, and under a proof made for the altered row with the honest secrets,
// where an equation fails.
TEST_F(RowProofTest, EveryAlteredPointIsRefused) {
  using Alteration = std::function<void(Row&)>;
  const Element other = RandomElement();
  const std::vector<std::pair<const char*, Alteration>> alterations = {
      {"A", [&](Row& row) { row.input.point_a = other; }},
      {"B", [&](Row& row) { row.input.points_b[1].point_b = other; }},
      {"A'", [&](Row& row) { row.output.point_a = other; }},
      {"B' of the first kind",
       [&](Row& row) { row.output.points_b[0].point_b = other; }},
      {"B' of the last kind",
       [&](Row& row) { row.output.points_b[2].point_b = other; }},
      {"B' is the identity",
       [&](Row& row) { row.output.points_b[2].point_b = Element(); }},
      {"B' of two kinds exchanged",
       [&](Row& row) {
         std::swap(row.output.points_b[0].point_b,
                   row.output.points_b[1].point_b);
       }},
      {"C_s", [&](Row& row) { row.conversion.commitments.scalar_s = other; }},
      {"C_v", [&](Row& row) { row.conversion.commitments.scalar_v = other; }},
      {"U", [&](Row& row) { row.conversion.commitments.ingress_key = other; }},
      {"Y", [&](Row& row) { row.conversion.keys[1] = other; }},
      {"a kind's number",
       [&](Row& row) {
         row.input.points_b[2].kind = row.output.points_b[2].kind = 3;
       }},
  };
  for (const auto& [what, alter] : alterations) {
    SCOPED_TRACE(what);
    Row altered = Copy();
    alter(altered);
    EXPECT_THAT(VerifyRow(altered.Statement(), proof_),
                StatusIs(StatusCode::kFailedPrecondition));
    EXPECT_THAT(VerifyRow(altered.Statement(), Prove(altered)),
                StatusIs(StatusCode::kFailedPrecondition));
  }
  EXPECT_THAT(VerifyRow(Copy().Statement(), Prove(Copy())), IsOk());
}

TEST_F(RowProofTest, OneKindRerandomisedOtherwiseIsRefused) {
  const CiphertextRow other =
      row_.conversion.Convert(row_.input, RandomScalar());
  row_.output.points_b[1] = other.points_b[1];
  EXPECT_THAT(VerifyRow(row_.Statement(), Prove(row_)),
              StatusIs(StatusCode::kFailedPrecondition));
  // All of it with another q is right, for whoever knows that q.
  row_.output = other;
  EXPECT_THAT(VerifyRow(row_.Statement(), Prove(row_)),
              StatusIs(StatusCode::kFailedPrecondition));
}

// A TTP that marks a row with a scalar of its own, and proves with either.
TEST_F(RowProofTest, OtherConversionScalarIsRefused) {
  ConversionSecrets other = CopyOf(row_.conversion.secrets);
  other.s = RandomScalar();
  other.v = MultiplyScalars(other.s, row_.conversion.u);
  row_.output = row_.conversion.ConvertWith(other.s, other.v, row_.input, q_);
  EXPECT_THAT(VerifyRow(row_.Statement(), Prove(row_)),
              StatusIs(StatusCode::kFailedPrecondition));
  const auto proof = ProveRow(row_.Statement(), other, q_);
  ASSERT_THAT(proof, IsOk());
  EXPECT_THAT(VerifyRow(row_.Statement(), *proof),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(RowProofTest, OtherContextIsRefused) {
  row_.context = "serial 8, epoch 3, request";
  EXPECT_THAT(VerifyRow(row_.Statement(), proof_),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(RowProofTest, OtherLengthsAndUnreducedScalarsAreRefused) {
  for (const std::string& altered :
       {std::string(), proof_.substr(0, 191), proof_.substr(32), proof_ + '\0',
        proof_ + std::string(32, '\0'),
        proof_.substr(0, 160) + std::string(32, '\xff')}) {
    EXPECT_THAT(VerifyRow(row_.Statement(), altered),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST_F(RowProofTest, TheIdentityAndInvalidPointsAreRefused) {
  for (const char byte : {'\0', '\xff'}) {
    const Element bad = Element::From(std::string(32, byte));
    std::vector<Row> rows;
    for (int i = 0; i < 6; ++i) rows.push_back(Copy());
    rows[0].conversion.commitments.scalar_s = bad;
    rows[1].conversion.commitments.scalar_v = bad;
    rows[2].conversion.commitments.ingress_key = bad;
    rows[3].input.point_a = bad;
    rows[4].output.point_a = bad;
    rows[5].conversion.keys[1] = bad;
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_THAT(VerifyRow(rows[i].Statement(), proof_),
                  StatusIs(StatusCode::kInvalidArgument))
          << i;
      EXPECT_THAT(ProveRow(rows[i].Statement(), row_.conversion.secrets, q_),
                  StatusIs(StatusCode::kInvalidArgument))
          << i;
    }
  }
  const Element invalid = Element::From(std::string(32, '\xff'));
  Row altered = Copy();
  altered.input.points_b[0].point_b = invalid;
  EXPECT_THAT(VerifyRow(altered.Statement(), proof_),
              StatusIs(StatusCode::kInvalidArgument));
  altered = Copy();
  altered.output.points_b[0].point_b = invalid;
  EXPECT_THAT(VerifyRow(altered.Statement(), proof_),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(RowProofTest, RowsOfOtherKindsAreRefused) {
  std::vector<Row> rows;
  for (int i = 0; i < 4; ++i) rows.push_back(Copy());
  rows[0].output.points_b.pop_back();
  rows[1].output.points_b[2].kind = 3;
  rows[2].conversion.keys.erase(1);
  for (CiphertextRow* row : {&rows[3].input, &rows[3].output}) {
    std::swap(row->points_b[0], row->points_b[1]);
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_THAT(VerifyRow(rows[i].Statement(), proof_),
                StatusIs(StatusCode::kInvalidArgument))
        << i;
  }
}

// The home slot with its own scalars, and every way in which it can be wrong.
TEST(HomeProofTest, EveryAlterationIsRefused) {
  const KnownConversion home = KnownConversion::Random(0);
  const WipedScalar q = RandomScalar();
  const Element keys[2] = {RandomElement(), RandomElement()};
  const Element joint = Sum(keys[0], keys[1]), other = RandomElement();
  const Ciphertext input = {RandomElement(), RandomElement()};
  const Element stripped = Minus(Times(home.secrets.s, input.point_b),
                                 Times(home.secrets.v, input.point_a));
  const Ciphertext output = {
      Sum(Times(home.secrets.s, input.point_a), Times(q, BasePoint())),
      Sum(stripped, Times(q, joint))};
  ConversionCommitments other_commitments[2] = {home.commitments,
                                                home.commitments};
  other_commitments[0].scalar_s = other;
  other_commitments[1].scalar_v = other;
  const Ciphertext other_inputs[2] = {{other, input.point_b},
                                      {input.point_a, other}};
  const Ciphertext other_outputs[2] = {{other, output.point_b},
                                       {output.point_a, other}};
  const auto expect = [&](const HomeStatement& statement, bool holds) {
    const auto proof = ProveHome(statement, home.secrets, q);
    ASSERT_THAT(proof, IsOk());
    EXPECT_EQ(proof->size(), kRowProofBytes);
    EXPECT_EQ(VerifyHome(statement, *proof).ok(), holds);
  };
  const auto statement = [&](const ConversionCommitments& commitments,
                             const Element& home_key, const Ciphertext& in,
                             const Ciphertext& out) {
    return HomeStatement{.commitments = commitments,
                         .home_key = home_key,
                         .aggregator_key = keys[1],
                         .input = in,
                         .output = out,
                         .context = "request"};
  };
  const ConversionCommitments& commitments = home.commitments;
  expect(statement(commitments, keys[0], input, output), true);
  expect(statement(other_commitments[0], keys[0], input, output), false);
  expect(statement(other_commitments[1], keys[0], input, output), false);
  expect(statement(commitments, other, input, output), false);
  expect(statement(commitments, keys[0], other_inputs[0], output), false);
  expect(statement(commitments, keys[0], other_inputs[1], output), false);
  expect(statement(commitments, keys[0], input, other_outputs[0]), false);
  expect(statement(commitments, keys[0], input, other_outputs[1]), false);
  // Y_home = -Z would leave the slot open.
  EXPECT_THAT(VerifyHome(statement(commitments, Minus(Element(), keys[1]),
                                   input, output),
                         std::string(kRowProofBytes, '\0')),
              StatusIs(StatusCode::kInvalidArgument));
  // A row's proof is no home slot's, though the equations are the same.
  const HomeStatement honest = statement(commitments, keys[0], input, output);
  const KindKeys row_keys = {{0, joint}};
  const CiphertextRow row_input = {input.point_a, {{0, input.point_b}}};
  const CiphertextRow row_output = {output.point_a, {{0, output.point_b}}};
  const auto row_proof = ProveRow({.commitments = commitments,
                                   .keys = row_keys,
                                   .input = row_input,
                                   .output = row_output,
                                   .context = "request"},
                                  home.secrets, q);
  ASSERT_THAT(row_proof, IsOk());
  EXPECT_THAT(VerifyHome(honest, *row_proof),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST(RowProofCostTest, NineKinds) {
  Row row{KnownConversion::Random(9), {}, {}};
  const WipedScalar q = RandomScalar();
  row.input = row.conversion.Encrypt({0, 1, 2, 3, 4, 5, 6, 7, 8});
  row.output = row.conversion.Convert(row.input, q);
  constexpr int kRounds = 20;
  std::string proof;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) {
    proof = *ProveRow(row.Statement(), row.conversion.secrets, q);
  }
  const auto proved = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) {
    ASSERT_THAT(VerifyRow(row.Statement(), proof), IsOk());
  }
  const auto verified = std::chrono::steady_clock::now();
  using Milliseconds = std::chrono::duration<double, std::milli>;
  std::printf("one row of 9 kinds: proved in %.2f ms, verified in %.2f ms\n",
              Milliseconds(proved - begin).count() / kRounds,
              Milliseconds(verified - proved).count() / kRounds);
}

}  // namespace
}  // namespace garderobe
