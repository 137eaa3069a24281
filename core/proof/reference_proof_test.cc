#include "core/proof/reference_proof.h"

#include <functional>

#include "core/group/hash_to_group.h"
#include "core/proof/proof_fixture.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using absl::StatusCode;
using nlohmann::json;

// Statements hold references; this holds what they refer to.
struct Reference {
  Element commitment, hashed, z;
  Ciphertext reference;
  std::string context;

  ReferenceStatement Statement() const {
    return {.commitment = commitment,
            .hashed = hashed,
            .z = z,
            .reference = reference,
            .context = context};
  }
};

// The reference and the nonces of rows-v2.json.
class ReferenceProofTest : public ::testing::Test {
 protected:
  std::vector<WipedScalar> Witnesses() const {
    return ScalarsOf({file_["scalars"]["a"], known_["q2"], known_["rho_a"]});
  }
  absl::StatusOr<std::string> Prove(const Reference& of) const {
    return ProveReference(of.Statement(),
                          {witnesses_[0], witnesses_[1], witnesses_[2]});
  }

  const json file_ = ReadVectors("rows-v2.json");
  const json& known_ = file_["reference_proof"];
  const std::vector<WipedScalar> witnesses_ = Witnesses();
  const std::string proof_ = Hex(known_["proof"]);
  const Reference honest_{
      PointOf(known_["C_a"]),
      PointOf(known_["H"]),
      PointOf(file_["keys"]["Z"]),
      {PointOf(known_["reference"][0]), PointOf(known_["reference"][1])},
      Hex(known_["request_id"])};
};

TEST_F(ReferenceProofTest, TheStatementIsOfTheKnownScalars) {
  EXPECT_EQ(CommitWiped(witnesses_[0], witnesses_[2]), honest_.commitment);
  std::string relation;
  PutLengthPrefixed(relation, known_["institution"].get<std::string>());
  relation += Hex(known_["handle"]);
  EXPECT_EQ(HashToGroup("relation", relation), honest_.hashed);
  EXPECT_EQ(Times(ScalarOf(file_["scalars"]["z"]), BasePoint()), honest_.z);
  const Element opened = Times(witnesses_[0], honest_.hashed);
  const Ciphertext reference = EncryptWith(witnesses_[1], opened, honest_.z);
  EXPECT_EQ(reference.point_a, honest_.reference.point_a);
  EXPECT_EQ(reference.point_b, honest_.reference.point_b);
}

TEST_F(ReferenceProofTest, ProofMatchesTheKnownAnswer) {
  const auto linear = ReferenceEquationsForTesting(honest_.Statement());
  ASSERT_THAT(linear, IsOk());
  const std::vector<WipedScalar> nonces = ScalarsOf(known_["nonces"]);
  const std::vector<Element> points_t = {PointOf(known_["points_T"][0]),
                                         PointOf(known_["points_T"][1]),
                                         PointOf(known_["points_T"][2])};
  EXPECT_EQ(*NoncePointsForTesting(*linear, nonces), points_t);
  const auto proof =
      ProveLinearWithNoncesForTesting(*linear, witnesses_, nonces);
  ASSERT_THAT(proof, IsOk());
  EXPECT_EQ(ToHex(AsBytes(*proof)), known_["proof"]);
  EXPECT_EQ(proof_.size(), kReferenceProofBytes);
}

// Also what was made apart from this code, and with other nonces.
TEST_F(ReferenceProofTest, KnownAndFreshProofsHold) {
  EXPECT_THAT(VerifyReference(honest_.Statement(), proof_), IsOk());
  const auto fresh = Prove(honest_);
  ASSERT_THAT(fresh, IsOk());
  EXPECT_NE(*fresh, proof_);
  EXPECT_THAT(VerifyReference(honest_.Statement(), *fresh), IsOk());
}

TEST_F(ReferenceProofTest, EveryFlippedBitIsRefused) {
  for (size_t bit = 0; bit < 8 * kReferenceProofBytes; ++bit) {
    std::string altered = proof_;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(VerifyReference(honest_.Statement(), altered).ok()) << bit;
  }
}

TEST_F(ReferenceProofTest, OtherLengthsAreRefused) {
  for (const std::string& altered :
       {std::string(), proof_.substr(1), proof_.substr(0, 96), proof_ + '\0',
        proof_ + std::string(32, '\0')}) {
    EXPECT_THAT(VerifyReference(honest_.Statement(), altered),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

// Each is tried under the known proof, where the challenge differs, and under
// one that is made for it with the honest secrets, where an equation fails.
TEST_F(ReferenceProofTest, EveryOtherStatementIsRefused) {
  using Alteration = std::function<void(Reference&, const Element&)>;
  const std::vector<std::pair<const char*, Alteration>> points = {
      {"C_a", [](Reference& of, const Element& p) { of.commitment = p; }},
      {"H", [](Reference& of, const Element& p) { of.hashed = p; }},
      {"Z", [](Reference& of, const Element& p) { of.z = p; }},
      {"rho.A",
       [](Reference& of, const Element& p) { of.reference.point_a = p; }},
      {"rho.B",
       [](Reference& of, const Element& p) { of.reference.point_b = p; }}};
  for (const auto& [what, put] : points) {
    SCOPED_TRACE(what);
    Reference altered = honest_;
    put(altered, RandomElement());
    EXPECT_THAT(VerifyReference(altered.Statement(), proof_),
                StatusIs(StatusCode::kFailedPrecondition));
    const auto proof = Prove(altered);
    ASSERT_THAT(proof, IsOk());
    EXPECT_THAT(VerifyReference(altered.Statement(), *proof),
                StatusIs(StatusCode::kFailedPrecondition));
    for (const char byte : {'\0', '\xff'}) {
      put(altered, Element::From(std::string(32, byte)));
      EXPECT_THAT(VerifyReference(altered.Statement(), proof_),
                  StatusIs(StatusCode::kInvalidArgument));
      EXPECT_THAT(Prove(altered), StatusIs(StatusCode::kInvalidArgument));
    }
  }
  Reference altered = honest_;
  altered.context[0] = static_cast<char>(altered.context[0] ^ 1);
  EXPECT_THAT(VerifyReference(altered.Statement(), proof_),
              StatusIs(StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace garderobe
