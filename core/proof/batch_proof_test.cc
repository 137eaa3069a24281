#include "core/proof/batch_proof.h"

#include <chrono>
#include <functional>

#include "core/base/integer.h"
#include "core/base/random.h"
#include "core/proof/proof_fixture.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using absl::StatusCode;
using nlohmann::json;

// Statements hold views; this holds what they look at.
struct Batch {
  ConversionCommitments commitments;
  KindKeys keys;
  std::vector<CiphertextRow> inputs, outputs;
  std::vector<uint32_t> permutation;
  std::string context = "serial 7, epoch 3, batch 12";

  BatchStatement Statement() const {
    return {.commitments = commitments,
            .keys = keys,
            .inputs = inputs,
            .outputs = outputs,
            .permutation = permutation,
            .context = context};
  }
};

// Converts inputs[permutation[i]] to outputs[i] with a q of its own each.
std::vector<WipedScalar> ConvertAll(const KnownConversion& conversion,
                                    Batch* batch) {
  std::vector<WipedScalar> q;
  batch->outputs.clear();
  for (const uint32_t from : batch->permutation) {
    q.push_back(RandomScalar());
    batch->outputs.push_back(conversion.Convert(batch->inputs[from], q.back()));
  }
  return q;
}

CiphertextRow RowOf(const json& entry) {
  CiphertextRow row{PointOf(entry["A"]), {}};
  for (const auto& [kind, hex] : entry["B"].items()) {
    row.points_b.push_back({*ParseInteger<uint32_t>(kind), PointOf(hex)});
  }
  return row;
}

TEST(BatchProofVectorsTest, ProofMatchesTheKnownAnswer) {
  const json vectors = ReadVectors("protocol-v2.json");
  const json proofs = ReadVectors("proof-v2.json");
  const json& relation = vectors["relation"];
  const json& commitments = vectors["one_row_equations"];
  const json& known = proofs["batch_proof"];
  Batch batch{.commitments = {.scalar_s = PointOf(commitments["C_s"]),
                              .scalar_v = PointOf(commitments["C_v"]),
                              .ingress_key = PointOf(relation["U"])},
              .keys = {},
              .inputs = {},
              .outputs = {},
              .permutation = known["permutation"],
              .context = known["context"]};
  for (const auto& [name, number] : proofs["kinds"].items()) {
    batch.keys[number] = PointOf(relation["Y"][name]);
  }
  for (const json& row : known["inputs"]) batch.inputs.push_back(RowOf(row));
  for (const json& row : known["outputs"]) batch.outputs.push_back(RowOf(row));

  const Digest512 seed = BatchSeedForTesting(batch.Statement());
  EXPECT_EQ(ToHex(seed.bytes()), known["seed"]);
  for (const json& entry : known["coefficients"]) {
    EXPECT_EQ(
        ToHex(BatchCoefficientForTesting(seed, entry["row"], entry["kind"])
                  .bytes()),
        entry["c"]);
  }
  const auto linear = BatchEquationsForTesting(batch.Statement());
  ASSERT_THAT(linear, IsOk());
  const auto proof = ProveLinearWithNoncesForTesting(
      *linear, ScalarsOf(known["witnesses"]), ScalarsOf(known["nonces"]));
  ASSERT_THAT(proof, IsOk());
  EXPECT_EQ(ToHex(AsBytes(*proof)), known["proof"]);
  EXPECT_THAT(VerifyBatch(batch.Statement(), *proof), IsOk());

  const auto fresh = ProveBatch(
      batch.Statement(),
      {ScalarOf(relation["s"]), ScalarOf(relation["v"]),
       ScalarOf(commitments["rho_s"]), ScalarOf(commitments["rho_v"])},
      ScalarsOf(known["q"]));
  ASSERT_THAT(fresh, IsOk());
  EXPECT_THAT(VerifyBatch(batch.Statement(), *fresh), IsOk());
}

class BatchProofTest : public ::testing::Test {
 protected:
  BatchProofTest() {
    batch_.commitments = conversion_.commitments;
    batch_.keys = conversion_.keys;
    // Rows 4 and 5 show no kinds; no row shows kind 3.
    for (const std::vector<uint32_t>& kinds :
         std::vector<std::vector<uint32_t>>{
             {0, 1, 2}, {0, 1, 2}, {0, 2}, {1}, {}, {}}) {
      batch_.inputs.push_back(conversion_.Encrypt(kinds));
    }
    batch_.permutation = {3, 1, 4, 0, 5, 2};
    q_ = ConvertAll(conversion_, &batch_);
    proof_ = Prove(batch_);
  }
  // With the secrets and the q of the honest batch, whatever the statement.
  std::string Prove(const Batch& batch) {
    auto proof = ProveBatch(batch.Statement(), conversion_.secrets, q_);
    GARDEROBE_CHECK(proof.ok());
    return *std::move(proof);
  }

  const KnownConversion conversion_ = KnownConversion::Random(4);
  Batch batch_;
  std::vector<WipedScalar> q_;
  std::string proof_;
};

TEST_F(BatchProofTest, HonestProofHoldsAndDoesNotGrowWithTheRows) {
  EXPECT_EQ(proof_.size(), BatchProofBytes(3));
  EXPECT_THAT(VerifyBatch(batch_.Statement(), proof_), IsOk());
  for (int i = 0; i < 20; ++i) {
    batch_.permutation.push_back(static_cast<uint32_t>(batch_.inputs.size()));
    batch_.inputs.push_back(conversion_.Encrypt({0, 1, 2}));
  }
  q_ = ConvertAll(conversion_, &batch_);
  const std::string longer = Prove(batch_);
  EXPECT_EQ(longer.size(), proof_.size());
  EXPECT_THAT(VerifyBatch(batch_.Statement(), longer), IsOk());
}

TEST_F(BatchProofTest, RowsWithoutKindsAreProvedByThemselves) {
  batch_.inputs = {conversion_.Encrypt({}), conversion_.Encrypt({})};
  batch_.permutation = {1, 0};
  q_ = ConvertAll(conversion_, &batch_);
  const std::string proof = Prove(batch_);
  EXPECT_EQ(proof.size(), BatchProofBytes(0));
  EXPECT_THAT(VerifyBatch(batch_.Statement(), proof), IsOk());
  batch_.outputs[0].point_a = RandomElement();
  EXPECT_THAT(VerifyBatch(batch_.Statement(), Prove(batch_)),
              StatusIs(StatusCode::kFailedPrecondition));
}

// Each alteration is tried twice: under the honest proof, where the seed
// differs, and under a proof made for the altered batch with the honest
// secrets, where an equation fails.
TEST_F(BatchProofTest, EveryAlterationIsRefused) {
  using Alteration = std::function<void(Batch&)>;
  const Element other = RandomElement();
  const WipedScalar q = RandomScalar(), s = RandomScalar();
  const WipedScalar v = MultiplyScalars(s, conversion_.u);
  const std::vector<std::pair<const char*, Alteration>> alterations = {
      {"A of one row", [&](Batch& b) { b.inputs[0].point_a = other; }},
      {"A of a row without kinds",
       [&](Batch& b) { b.inputs[4].point_a = other; }},
      {"B of one row",
       [&](Batch& b) { b.inputs[2].points_b[1].point_b = other; }},
      {"A' of one row", [&](Batch& b) { b.outputs[0].point_a = other; }},
      {"A' of a row without kinds",
       [&](Batch& b) { b.outputs[2].point_a = other; }},
      {"B' of one row",
       [&](Batch& b) { b.outputs[5].points_b[0].point_b = other; }},
      {"B' of one row is the identity",
       [&](Batch& b) { b.outputs[5].points_b[0].point_b = Element(); }},
      {"another q in one row",
       [&](Batch& b) { b.outputs[1] = conversion_.Convert(b.inputs[1], q); }},
      {"another q in one kind of one row",
       [&](Batch& b) {
         b.outputs[1].points_b[2] =
             conversion_.Convert(b.inputs[1], q).points_b[2];
       }},
      {"another s in one row",
       [&](Batch& b) {
         b.outputs[1] = conversion_.ConvertWith(s, v, b.inputs[1], q_[1]);
       }},
      {"two rows of the output exchanged",
       [&](Batch& b) { std::swap(b.outputs[2], b.outputs[4]); }},
      {"two rows of the input exchanged",
       [&](Batch& b) { std::swap(b.inputs[0], b.inputs[1]); }},
      {"another permutation",
       [&](Batch& b) { std::swap(b.permutation[1], b.permutation[3]); }},
      {"another permutation of rows without kinds",
       [&](Batch& b) { std::swap(b.permutation[2], b.permutation[4]); }},
      {"errors of two rows that cancel out",
       [&](Batch& b) {
         Element& one = b.outputs[1].points_b[0].point_b;
         Element& two = b.outputs[3].points_b[0].point_b;
         one = Sum(one, other);
         two = Minus(two, other);
       }},
      {"errors of two kinds of a row that cancel out",
       [&](Batch& b) {
         Element& one = b.outputs[1].points_b[0].point_b;
         Element& two = b.outputs[1].points_b[1].point_b;
         one = Sum(one, other);
         two = Minus(two, other);
       }},
      {"C_s", [&](Batch& b) { b.commitments.scalar_s = other; }},
      {"C_v", [&](Batch& b) { b.commitments.scalar_v = other; }},
      {"U", [&](Batch& b) { b.commitments.ingress_key = other; }},
      {"Y", [&](Batch& b) { b.keys[1] = other; }},
  };
  for (const auto& [what, alter] : alterations) {
    SCOPED_TRACE(what);
    Batch altered = batch_;
    alter(altered);
    EXPECT_THAT(VerifyBatch(altered.Statement(), proof_),
                StatusIs(StatusCode::kFailedPrecondition));
    EXPECT_THAT(VerifyBatch(altered.Statement(), Prove(altered)),
                StatusIs(StatusCode::kFailedPrecondition));
  }
  EXPECT_THAT(VerifyBatch(batch_.Statement(), Prove(batch_)), IsOk());
}

TEST_F(BatchProofTest, OtherContextIsRefused) {
  batch_.context = "serial 7, epoch 3, batch 13";
  EXPECT_THAT(VerifyBatch(batch_.Statement(), proof_),
              StatusIs(StatusCode::kFailedPrecondition));
}

// v is not s*u in all rows: the honest equations of the rows hold, and the
// commitment is to that v.
TEST_F(BatchProofTest, ScalarThatIsNotTheProductIsRefused) {
  ConversionSecrets secrets = CopyOf(conversion_.secrets);
  secrets.v = RandomScalar();
  batch_.commitments.scalar_v = CommitWiped(secrets.v, secrets.rho_v);
  for (size_t i = 0; i < batch_.outputs.size(); ++i) {
    batch_.outputs[i] = conversion_.ConvertWith(
        secrets.s, secrets.v, batch_.inputs[batch_.permutation[i]], q_[i]);
  }
  const auto proof = ProveBatch(batch_.Statement(), secrets, q_);
  ASSERT_THAT(proof, IsOk());
  EXPECT_THAT(VerifyBatch(batch_.Statement(), *proof),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(BatchProofTest, OtherLengthsAndUnreducedScalarsAreRefused) {
  for (const std::string& altered :
       {std::string(), proof_.substr(1), proof_.substr(32), proof_ + '\0',
        proof_ + std::string(32, '\0'),
        proof_.substr(0, proof_.size() - 32) + std::string(32, '\xff')}) {
    EXPECT_THAT(VerifyBatch(batch_.Statement(), altered),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST_F(BatchProofTest, MalformedBatchesAreRefused) {
  using Alteration = std::function<void(Batch&)>;
  const Element invalid = Element::From(std::string(32, '\xff'));
  const std::vector<std::pair<const char*, Alteration>> alterations = {
      {"no rows",
       [](Batch& b) {
         b = {b.commitments, b.keys, {}, {}, {}};
       }},
      {"an input less", [](Batch& b) { b.inputs.pop_back(); }},
      {"an output less", [](Batch& b) { b.outputs.pop_back(); }},
      {"a place less", [](Batch& b) { b.permutation.pop_back(); }},
      {"a place twice", [](Batch& b) { b.permutation[0] = b.permutation[1]; }},
      {"a place beyond", [](Batch& b) { b.permutation[0] = 6; }},
      {"a kind more",
       [](Batch& b) {
         b.outputs[0].points_b.push_back({2, {}});
       }},
      {"a key for every row",
       [](Batch& b) { b.keys[kEveryRow] = RandomElement(); }},
      {"a kind without a key", [](Batch& b) { b.keys.erase(1); }},
      {"A is the identity", [](Batch& b) { b.inputs[3].point_a = {}; }},
      {"A' is the identity", [](Batch& b) { b.outputs[3].point_a = {}; }},
      {"C_s is the identity", [](Batch& b) { b.commitments.scalar_s = {}; }},
      {"C_v is the identity", [](Batch& b) { b.commitments.scalar_v = {}; }},
      {"U is the identity", [](Batch& b) { b.commitments.ingress_key = {}; }},
      {"B does not decode",
       [&](Batch& b) { b.inputs[0].points_b[0].point_b = invalid; }},
      {"B' does not decode",
       [&](Batch& b) { b.outputs[0].points_b[0].point_b = invalid; }},
  };
  for (const auto& [what, alter] : alterations) {
    SCOPED_TRACE(what);
    Batch altered = batch_;
    alter(altered);
    EXPECT_THAT(VerifyBatch(altered.Statement(), proof_),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST(BatchProofCostTest, FiveHundredRowsOfNineKinds) {
  const KnownConversion conversion = KnownConversion::Random(9);
  Batch batch;
  batch.commitments = conversion.commitments;
  batch.keys = conversion.keys;
  for (const size_t from : RandomOrder(500)) {
    batch.permutation.push_back(static_cast<uint32_t>(from));
    batch.inputs.push_back(conversion.Encrypt({0, 1, 2, 3, 4, 5, 6, 7, 8}));
  }
  const std::vector<WipedScalar> q = ConvertAll(conversion, &batch);
  const auto begin = std::chrono::steady_clock::now();
  const auto proof = ProveBatch(batch.Statement(), conversion.secrets, q);
  const auto proved = std::chrono::steady_clock::now();
  ASSERT_THAT(proof, IsOk());
  EXPECT_THAT(VerifyBatch(batch.Statement(), *proof), IsOk());
  const auto verified = std::chrono::steady_clock::now();
  using Milliseconds = std::chrono::duration<double, std::milli>;
  std::printf(
      "500 rows of 9 kinds: proved in %.0f ms, verified in %.0f ms, %zu "
      "bytes\n",
      Milliseconds(proved - begin).count(),
      Milliseconds(verified - proved).count(), proof->size());
}

}  // namespace
}  // namespace garderobe
