#include "core/proof/linear_proof.h"

#include "core/proof/proof_fixture.h"
#include "core/proof/schnorr.h"
#include "core/proof/transcript.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using absl::StatusCode;

// P = x*B0 + y*B1 and Q = x*B2.
class LinearProofTest : public ::testing::Test {
 protected:
  LinearProofTest() {
    witnesses_.push_back(RandomScalar());
    witnesses_.push_back(RandomScalar());
    Satisfy();
  }
  // Sets the outputs to what the witnesses make of the bases.
  void Satisfy() {
    statement_.equations = {
        {Sum(Times(witnesses_[0], bases_[0]), Times(witnesses_[1], bases_[1])),
         {{0, bases_[0]}, {1, bases_[1]}}},
        {Times(witnesses_[0], bases_[2]), {{0, bases_[2]}}}};
  }
  std::string Prove() { return *ProveLinear(statement_, witnesses_); }

  std::vector<Element> bases_ = {RandomElement(), RandomElement(),
                                 RandomElement()};
  std::vector<WipedScalar> witnesses_;
  LinearStatement statement_{
      .label = "test", .context = "context", .witnesses = 2};
};

TEST_F(LinearProofTest, HonestProofHolds) {
  const std::string proof = Prove();
  EXPECT_EQ(proof.size(), LinearProofBytes(2));
  EXPECT_THAT(VerifyLinear(statement_, proof), IsOk());
}

TEST_F(LinearProofTest, EveryOtherStatementIsRefused) {
  const std::string proof = Prove();
  std::vector<LinearStatement> altered(9, statement_);
  altered[0].label = "tests";
  altered[1].context = "contexts";
  altered[2].equations[0].output = RandomElement();
  altered[3].equations[1].output = RandomElement();
  altered[4].equations[0].terms[1].base = RandomElement();
  altered[5].equations[1].terms[0].base = RandomElement();
  altered[6].equations[1].terms[0].witness = 1;
  std::swap(altered[7].equations[0], altered[7].equations[1]);
  altered[8].equations.pop_back();
  for (const LinearStatement& statement : altered) {
    EXPECT_THAT(VerifyLinear(statement, proof),
                StatusIs(StatusCode::kFailedPrecondition));
  }
}

TEST_F(LinearProofTest, WitnessesThatFailOneEquationAreRefused) {
  for (LinearEquation& equation : statement_.equations) {
    const Element output = equation.output;
    equation.output = Sum(output, BasePoint());
    EXPECT_THAT(VerifyLinear(statement_, Prove()),
                StatusIs(StatusCode::kFailedPrecondition));
    equation.output = output;
  }
  EXPECT_THAT(VerifyLinear(statement_, Prove()), IsOk());
}

TEST_F(LinearProofTest, ZeroWitnessesAndIdentitiesAreProvedLikeOthers) {
  witnesses_[0] = WipedScalar();
  bases_[1] = Element();
  Satisfy();
  ASSERT_TRUE(statement_.equations[0].output.is_zero());
  EXPECT_THAT(VerifyLinear(statement_, Prove()), IsOk());
}

// A response is zero when nonce = -c*x. Nobody meets that by chance, so here
// both are zero. libsodium refuses to multiply by zero; the verifier may not.
TEST_F(LinearProofTest, ZeroResponseHolds) {
  witnesses_[0] = WipedScalar();
  Satisfy();
  std::vector<WipedScalar> nonces;
  nonces.push_back(WipedScalar());
  nonces.push_back(RandomScalar());
  const auto proof =
      ProveLinearWithNoncesForTesting(statement_, witnesses_, nonces);
  ASSERT_THAT(proof, IsOk());
  EXPECT_EQ(proof->substr(32, 32), std::string(32, '\0'));
  EXPECT_THAT(VerifyLinear(statement_, *proof), IsOk());
}

TEST_F(LinearProofTest, OtherLengthsAndUnreducedScalarsAreRefused) {
  const std::string proof = Prove();
  std::vector<std::string> altered = {std::string(), proof.substr(1),
                                      proof.substr(0, 64), proof + '\0',
                                      proof + std::string(32, '\0')};
  for (size_t at = 0; at < proof.size(); at += 32) {
    altered.push_back(std::string(proof).replace(at, 32, 32, '\xff'));
  }
  for (const std::string& bytes : altered) {
    EXPECT_THAT(VerifyLinear(statement_, bytes),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST_F(LinearProofTest, EveryFlippedByteIsRefused) {
  const std::string proof = Prove();
  for (size_t at = 0; at < proof.size(); ++at) {
    std::string altered = proof;
    altered[at] ^= 1;
    EXPECT_FALSE(VerifyLinear(statement_, altered).ok()) << at;
  }
}

TEST_F(LinearProofTest, PointsThatDoNotDecodeAreRefused) {
  const std::string proof = Prove();
  const Element invalid = Element::From(std::string(32, '\xff'));
  LinearStatement altered = statement_;
  altered.equations[0].output = invalid;
  EXPECT_THAT(VerifyLinear(altered, proof),
              StatusIs(StatusCode::kInvalidArgument));
  altered = statement_;
  altered.equations[0].terms[1].base = invalid;
  EXPECT_THAT(VerifyLinear(altered, proof),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ProveLinear(altered, witnesses_),
              StatusIs(StatusCode::kInvalidArgument));
}

// Two answers to one T reveal the witness.
TEST_F(LinearProofTest, NoncesDifferBetweenProofsAndWitnesses) {
  const auto first = HedgedNonces(witnesses_, AsBytes("statement"));
  const auto second = HedgedNonces(witnesses_, AsBytes("statement"));
  const auto bytes = [](const WipedScalar& scalar) {
    return AsString({scalar.ExposeSecret(), 32});
  };
  EXPECT_NE(bytes(first[0]), bytes(first[1]));
  EXPECT_NE(bytes(first[0]), bytes(second[0]));
  EXPECT_NE(bytes(first[1]), bytes(second[1]));
}

}  // namespace
}  // namespace garderobe
