#include "core/proof/key_proof.h"

#include "core/proof/proof_fixture.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using absl::StatusCode;
using nlohmann::json;

class KeyProofTest : public ::testing::Test {
 protected:
  KeyProofTest()
      : secret_(RandomScalar()),
        subject_{.party = "ttp",
                 .name = "U",
                 .serial = 7,
                 .point = Times(secret_, BasePoint())},
        proof_(ProveKey(subject_, secret_)) {}

  const WipedScalar secret_;
  const KeyProofSubject subject_;
  const KeyProof proof_;
};

TEST(KeyProofVectorsTest, ProofMatchesTheKnownAnswer) {
  const json known = ReadVectors("proof-v2.json")["key_proof"];
  const json relation = ReadVectors("protocol-v2.json")["relation"];
  const std::string party = known["party"], name = known["name"];
  const KeyProofSubject subject = {.party = party,
                                   .name = name,
                                   .serial = known["serial"],
                                   .point = PointOf(relation["Y"]["email"])};
  const KeyProof proof = ProveKeyWithNonceForTesting(
      subject, ScalarOf(relation["y"]["email"]), ScalarOf(known["nonce"]));
  EXPECT_EQ(ToHex(proof.bytes()), known["proof"]);
  EXPECT_THAT(VerifyKeyProof(subject, proof.view()), IsOk());
}

TEST_F(KeyProofTest, HonestProofHoldsAndNoTwoAreAlike) {
  EXPECT_THAT(VerifyKeyProof(subject_, proof_.view()), IsOk());
  const KeyProof other = ProveKey(subject_, secret_);
  EXPECT_NE(other, proof_);
  EXPECT_THAT(VerifyKeyProof(subject_, other.view()), IsOk());
}

TEST_F(KeyProofTest, EveryOtherSubjectIsRefused) {
  std::vector<KeyProofSubject> altered(5, subject_);
  altered[0].party = "vault";
  altered[1].name = "Z";
  altered[2].serial = 8;
  altered[3].point = RandomElement();
  // The same letters, divided otherwise.
  altered[4].party = "tt";
  altered[4].name = "pU";
  for (const KeyProofSubject& subject : altered) {
    EXPECT_THAT(VerifyKeyProof(subject, proof_.view()),
                StatusIs(StatusCode::kFailedPrecondition));
  }
}

TEST_F(KeyProofTest, EveryFlippedByteIsRefused) {
  for (size_t at = 0; at < kKeyProofBytes; ++at) {
    std::string altered(proof_.view());
    altered[at] ^= 1;
    EXPECT_FALSE(VerifyKeyProof(subject_, altered).ok()) << at;
  }
}

TEST_F(KeyProofTest, OtherLengthsAndUnreducedScalarsAreRefused) {
  const std::string proof(proof_.view());
  for (const std::string& altered :
       {std::string(), proof.substr(0, 63), proof + '\0',
        proof.substr(0, 32) + std::string(32, '\xff'),
        std::string(32, '\xff') + proof.substr(32)}) {
    EXPECT_THAT(VerifyKeyProof(subject_, altered),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

// z + L is the same scalar in other bytes: one proof would have two forms.
TEST_F(KeyProofTest, ResponsePlusTheOrderIsRefused) {
  const std::string order =
      Hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  std::string altered(proof_.view());
  sodium_add(reinterpret_cast<uint8_t*>(altered.data()) + 32,
             AsBytes(order).data(), 32);
  EXPECT_THAT(VerifyKeyProof(subject_, altered),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(KeyProofTest, TheIdentityAndInvalidPointsHaveNoProof) {
  for (const char byte : {'\0', '\xff'}) {
    KeyProofSubject subject = subject_;
    subject.point = Element::From(std::string(32, byte));
    const KeyProof proof = ProveKey(subject, WipedScalar());
    EXPECT_THAT(VerifyKeyProof(subject, proof.view()),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

// A party publishes U' = u'G - Y: clients would encrypt e-mail addresses to
// U' + Y, which u' alone opens.
TEST_F(KeyProofTest, RogueKeyCannotBeProvedWithWhatItsMakerKnows) {
  const Element victim = RandomElement();
  const WipedScalar u = RandomScalar();
  KeyProofSubject rogue = subject_;
  rogue.point = Minus(Times(u, BasePoint()), victim);
  EXPECT_THAT(VerifyKeyProof(rogue, ProveKey(rogue, u).view()),
              StatusIs(StatusCode::kFailedPrecondition));
  // Nor does the proof for u'G itself serve.
  KeyProofSubject own = subject_;
  own.point = Times(u, BasePoint());
  const KeyProof honest = ProveKey(own, u);
  ASSERT_THAT(VerifyKeyProof(own, honest.view()), IsOk());
  EXPECT_THAT(VerifyKeyProof(rogue, honest.view()),
              StatusIs(StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace garderobe
