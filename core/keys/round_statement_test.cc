#include "core/keys/round_statement.h"

#include <set>

#include "core/keys/sign.h"
#include "core/sealing/sealed_answer.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;

class RoundStatementTest : public ::testing::Test {
 protected:
  absl::StatusOr<RoundStatement> Open(std::string_view sealed) const {
    return OpenRoundStatement(aggregator_, vault_key_, sealed);
  }
  // A body of this vault's, sealed as its statements are.
  std::string Sealed(std::string body) const {
    const SignedBody made = SignBody(vault_, std::move(body));
    return *SealAnswer(PublicKeyOf(aggregator_).view(),
                       made.body + made.signature);
  }
  const ReceiptSeed vault_ = ReceiptSeedOf(SigningSeed::Random());
  const VerifyKey vault_key_ = VerifyKeyOf(vault_);
  const SealingSecretKey aggregator_ = SealingSecretKey::Random();
  const RoundStatement statement_{
      77, 256, EncryptFresh(RandomElement(), RandomElement())};
  const std::string sealed_ =
      SealRoundStatement(vault_, PublicKeyOf(aggregator_), statement_);
};

TEST_F(RoundStatementTest, TheAggregatorReadsWhatTheVaultSays) {
  const auto opened = Open(sealed_);
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->number, 77u);
  EXPECT_EQ(opened->entries, 256u);
  EXPECT_EQ(opened->sum.point_a, statement_.sum.point_a);
  EXPECT_EQ(opened->sum.point_b, statement_.sum.point_b);
}

// The TTP in between sees none of it, and not whether two are the same.
TEST_F(RoundStatementTest, NothingOfItShowsOutside) {
  EXPECT_EQ(sealed_.find(statement_.sum.point_a.view()), std::string::npos);
  EXPECT_EQ(sealed_.find("garderobe"), std::string::npos);
  EXPECT_NE(sealed_,
            SealRoundStatement(vault_, PublicKeyOf(aggregator_), statement_));
  // One that only fills up is as long.
  EXPECT_EQ(sealed_.size(),
            SealRoundStatement(vault_, PublicKeyOf(aggregator_), {}).size());
}

TEST_F(RoundStatementTest, AnotherVaultsOrAnotherAggregatorsIsRefused) {
  const ReceiptSeed other = ReceiptSeedOf(SigningSeed::Random());
  EXPECT_THAT(
      Open(SealRoundStatement(other, PublicKeyOf(aggregator_), statement_)),
      StatusIs(kRefused));
  EXPECT_THAT(
      OpenRoundStatement(SealingSecretKey::Random(), vault_key_, sealed_),
      StatusIs(kRefused));
}

TEST_F(RoundStatementTest, AnyFlippedByteOrCutIsRefused) {
  for (size_t i = 0; i < sealed_.size(); ++i) {
    std::string damaged = sealed_;
    damaged[i] ^= 1;
    EXPECT_THAT(Open(damaged), StatusIs(kRefused)) << i;
    EXPECT_THAT(Open(sealed_.substr(0, i)), StatusIs(kRefused)) << i;
  }
  EXPECT_THAT(Open(sealed_ + "x"), StatusIs(kRefused));
}

// Sealed and signed by the vault, and still no statement.
TEST_F(RoundStatementTest, AnotherBodyOfTheVaultsIsRefused) {
  std::string body("garderobe/round/v2\0", 19);
  PutBigEndian(body, statement_.number);
  PutBigEndian(body, statement_.entries);
  statement_.sum.AppendTo(body);
  ASSERT_THAT(Open(Sealed(body)), IsOk());
  EXPECT_THAT(Open(Sealed(body + "x")), StatusIs(kRefused));
  for (size_t size = 0; size < body.size(); ++size) {
    EXPECT_THAT(Open(Sealed(body.substr(0, size))), StatusIs(kRefused));
  }
  std::string other = body;
  other.replace(0, 18, "garderobe/round/v1");
  EXPECT_THAT(Open(Sealed(other)), StatusIs(kRefused));
  // A receipt, which the same key signs.
  Receipt receipt;
  receipt.party = "vault";
  EXPECT_THAT(Open(Sealed(SignReceipt(vault_, receipt).body)),
              StatusIs(kRefused));
}

TEST(RoundActionTest, EveryActionIsAPointAndNoOtherPointIsAnAction) {
  std::set<Element> points;
  for (const RoundAction action :
       {RoundAction::kNone, RoundAction::kLink, RoundAction::kErase,
        RoundAction::kWithdraw}) {
    EXPECT_EQ(ActionOf(PointOf(action)), action);
    EXPECT_FALSE(PointOf(action).is_zero());
    points.insert(PointOf(action));
  }
  EXPECT_EQ(points.size(), kRoundActionCount);
  EXPECT_EQ(ActionOf(RandomElement()), RoundAction::kNone);
  EXPECT_EQ(ActionOf(Element()), RoundAction::kNone);
}

}  // namespace
}  // namespace garderobe
